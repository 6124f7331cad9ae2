#!/usr/bin/env bash
# Floods of one HTTP/2 connection by clients that keep to the windows of RFC 9113: h2load and Node's http2. Needs Maven,
# JDK 25, Node and h2load (Debian's nghttp2-client).
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/http2
source ../suite.sh

prepare
protoc
server first MCP_HTTP_HTTP2=true
origin=http://$(address first MCP)
grpc=$(address first gRPC)
body='{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
printf %s "$body" > "$work/body"

passed=0
failed=0
# check NAME COMMAND...: counts how it ends.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    echo "FAIL  $name"
    failed=$((failed + 1))
  fi
}

# load TOTAL AT_ONCE URL ARGUMENT...: h2load over one connection; every request must succeed.
load() {
  local total=$1 at_once=$2 url=$3 found
  shift 3
  # Windows as RFC 9113 has them until a client says otherwise: 2^16-1 bytes.
  found=$(h2load -n "$total" -c 1 -m "$at_once" -w 16 -W 16 "$@" "$url")
  echo "h2load, $at_once at once: $(sed -n 's/^requests: //p; s/^finished in //p' <<< "$found" | tr '\n' ' ')"
  grep -q "^requests: $total total, $total started, $total done, $total succeeded, 0 failed" <<< "$found" \
    && grep -q "^status codes: $total 2xx" <<< "$found"
}

# message HEX...: a gRPC message.
message() {
  printf '\0'
  printf "$(printf '%08x' $((${#1} / 2)) | sed 's/../\\x&/g')$(sed 's/../\\x&/g' <<< "$1")"
}

# encoded TYPE TEXT: protobuf in hexadecimal.
encoded() {
  "$protoc" --encode="mcpsession.v1.$1" -I "$root/proto" -I "$googleapis" mcpsession/v1/session_service.proto \
    <<< "$2" | od -An -v -tx1 | tr -d ' \n'
}

for at_once in 1 32 100; do
  check "tools/list, h2load, $at_once" load 20000 "$at_once" "$origin/api/mcp" -d "$work/body" \
    -H "authorization: Bearer $token" -H 'content-type: application/json' -H 'accept: application/json, text/event-stream'
  check "tools/list, node, $at_once" node flood.mjs "$origin" /api/mcp "$token" "$body" 20000 "$at_once"
done

session=$(curl -sS -o /dev/null -D - "$origin/api/mcp" -H "Authorization: Bearer $token" \
  -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"initialize"}' \
  | sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: \([^\r]*\).*/\1/p')
one="session_id: \"$session\""
message "$(encoded ValidateSessionRequest "$one")" > "$work/validate"
message "$(encoded BatchValidateSessionsRequest "$(for _ in $(seq 100); do echo "requests { $one }"; done)")" \
  > "$work/batch"
for at_once in 1 32 100; do
  check "ValidateSession, $at_once" load 20000 "$at_once" "http://$grpc/mcpsession.v1.SessionService/ValidateSession" \
    -d "$work/validate" -H 'content-type: application/grpc' -H 'te: trailers'
done

# Batches of 100 from 64 callers, beside a user whose ping never fails.
(while [ ! -e "$work/over" ]; do
  curl -sS -o /dev/null -w '%{http_code}\n' --max-time 10 "$origin/api/mcp" -H "Authorization: Bearer $token" \
    -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"ping"}'
done) > "$work/pings" 2>&1 &
check "BatchValidateSessions, 64" load 2000 64 "http://$grpc/mcpsession.v1.SessionService/BatchValidateSessions" \
  -d "$work/batch" -H 'content-type: application/grpc' -H 'te: trailers'
touch "$work/over"
wait $!
echo "pings beside: $(sort "$work/pings" | uniq -c | tr -s ' \n' ' ')"
check "pings beside batches" test "$(sort -u "$work/pings")" = 200

said first >&2
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
