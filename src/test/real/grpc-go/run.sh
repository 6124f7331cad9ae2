#!/usr/bin/env bash
# SessionService as grpc-go calls it. Needs Maven, JDK 25 and Go; the rest comes as Go modules, pinned by go.sum.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/grpc-go
source ../suite.sh

prepare
protoc
export GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOBIN=$work/bin
for module in . tools ghz; do
  (cd "$module" && go install tool)
done
stubs Go
cp go.mod go.sum ./*.go "$work/stubs"
(cd "$work/stubs" && go build -o "$work/cases" .)

declare -A process ports
# start NAME: one of the servers below, on the port it had before.
start() {
  case $1 in
    first) server first ;;
    second | third) beside "$1" first MCP_DRAIN_DELAY=2s SERVER_PORT="${ports[$1]:-0}" ;;
    short) server short MCP_SESSION_IDLE_TTL=1s ;;
    tight)
      local at=0 settings=() caller
      for caller in reader:read admin:admin watcher:read hasty:read; do
        settings+=("MCP_GRPC_CALLERS_${at}_NAME=${caller%:*}" "MCP_GRPC_CALLERS_${at}_ROLE=${caller#*:}"
          "MCP_GRPC_CALLERS_${at}_TOKEN_SHA256=$(printf %s "${caller%:*}" | sha256sum | cut -d ' ' -f 1)")
        at=$((at + 1))
      done
      server tight MCP_SESSION_MAX_PER_USER=2 MCP_SESSION_WHEN_FULL=reject MCP_SESSION_MAX_TOTAL=5 \
        MCP_LIMITS_OPEN_STREAMS_PER_USER=2 MCP_LIMITS_PER_SERVICE_RATE=200 MCP_LIMITS_PER_SERVICE_BURST=300 \
        "${settings[@]}"
      ;;
  esac
  process[$1]=${pids[-1]}
  ports[$1]=$(address "$1" gRPC | cut -d : -f 2)
}

# grant WISH NAME: what the cases ask for.
grant() {
  case $1 in
    hold) kill -STOP "${process[$2]}" ;;
    release) kill -CONT "${process[$2]}" ;;
    stop)
      kill "${process[$2]}"
      wait "${process[$2]}" || true
      mv "$work/$2.log" "$work/$2-before.log"
      ;;
    start) start "$2" ;;
  esac
}

for name in first second third short tight; do
  start "$name"
done
mkfifo "$work/wishes" "$work/granted"
exec 5<> "$work/granted"
"$work/cases" bin="$GOBIN" proto="$root/proto/mcpsession/v1/session_service.proto" grpcurl="$(shown "Without any file")" \
  first="$(address first gRPC)" second="$(address second gRPC)" third="$(address third gRPC)" \
  short="$(address short gRPC)" tight="$(address tight gRPC)" "$@" 3> "$work/wishes" 4< "$work/granted" 5>&- &
cases=$!
while read -r wish name; do
  grant "$wish" "$name"
  echo done >&5
done < "$work/wishes"
status=0
wait "$cases" || status=1
said short tight >&2
exit "$status"
