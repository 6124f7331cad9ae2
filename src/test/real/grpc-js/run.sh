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
mkdir "$work/stubs"
ln -s "$root/proto" "$googleapis" "$PWD/node_modules" "$work/stubs"
shown Node > "$work/stubs/sessions.mjs"
server first
beside second first
server short MCP_SESSION_IDLE_TTL=1s
status=0
node cases.mjs "$work/stubs" "$(address first gRPC)" "$(address second gRPC)" "$(address short gRPC)" || status=1
said first second short >&2
exit "$status"
