#!/usr/bin/env bash
# SessionService as Node's grpc-js calls it. Needs Maven, JDK 25, npm and Node; the rest comes from npm, locked.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/grpc-js
source ../suite.sh

prepare
install
protoc
server first
beside second first
server short MCP_SESSION_IDLE_TTL=1s
status=0
node cases.mjs "$googleapis" "$root/proto" "$(address first gRPC)" "$(address second gRPC)" "$(address short gRPC)" \
  || status=1
said first second short >&2
exit "$status"
