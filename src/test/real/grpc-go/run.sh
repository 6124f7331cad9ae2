#!/usr/bin/env bash
# SessionService as grpc-go calls it. Needs Maven, JDK 25 and Go; the rest comes as Go modules, pinned by go.sum.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/grpc-go
source ../suite.sh

prepare
protoc
module=$work/module
mkdir "$module"
cp go.mod go.sum main.go "$module"
(cd "$module"
export GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOBIN=$work/bin
go install tool
"$protoc" --plugin="$work/bin/protoc-gen-go" --plugin="$work/bin/protoc-gen-go-grpc" -I "$root/proto" -I "$googleapis" \
  --go_out=. --go_opt=module=mcpsession.example/grpc-go \
  --go_opt=Mmcpsession/v1/session_service.proto=mcpsession.example/grpc-go/mcpsession/v1 \
  --go-grpc_out=. --go-grpc_opt=module=mcpsession.example/grpc-go \
  --go-grpc_opt=Mmcpsession/v1/session_service.proto=mcpsession.example/grpc-go/mcpsession/v1 \
  mcpsession/v1/session_service.proto
go build -o "$work/cases" .)

server first
beside second first
server short MCP_SESSION_IDLE_TTL=1s
status=0
"$work/cases" "$(address first gRPC)" "$(address second gRPC)" "$(address short gRPC)" || status=1
said first second short >&2
exit "$status"
