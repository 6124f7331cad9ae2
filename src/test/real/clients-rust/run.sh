#!/usr/bin/env bash
# The official Rust SDK as a client, in each revision. Needs Maven, JDK 25 and Cargo; the rest are crates of exact
# versions.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/clients-rust
source ../suite.sh
source ../rust.sh

prepare
rust_programs
RMCP_VERSION=$(sed -nE 's/^rmcp = .*version = "=([^"]+)".*/\1/p' Cargo.toml)
export RMCP_VERSION
stage
"$rust/clients-rust" "$@"
