#!/usr/bin/env bash
# The official TypeScript clients and the official Java client, every case in every revision. Needs Maven, JDK 25, npm
# and a node to run it; the suite's own Node 22 comes from npm.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/clients-ts-java
source ../suite.sh

prepare
install "$root/src/test/conformance"
stage
status=0
"$root/src/test/conformance/node_modules/.bin/node" cases.mjs || status=1
said stage >&2
exit "$status"
