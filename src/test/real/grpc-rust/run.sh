#!/usr/bin/env bash
# SessionService as Rust's tonic calls it. Needs Maven, JDK 25 and Cargo; the rest are crates of exact versions.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/grpc-rust
source ../suite.sh
source ../rust.sh
source ../grpc.sh

prepare
rust_programs
grpc_servers
status=0
restarting "$rust/grpc-rust" "$@" || status=1
said first second third short tight >&2
exit "$status"
