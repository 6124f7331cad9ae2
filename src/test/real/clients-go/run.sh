#!/usr/bin/env bash
# The Go SDKs as clients, in each revision. Needs Maven, JDK 25 and Go; the rest comes as Go modules, pinned by go.sum.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/clients-go
source ../suite.sh

prepare
GOFLAGS=-mod=readonly GOTOOLCHAIN=local go build -o "$work/cases" .
stage
"$work/cases" "$@"
