#!/usr/bin/env bash
# SessionService as Python's grpcio calls it, which shares its HTTP/2 with C++, Ruby and PHP. Needs Maven, JDK 25 and
# Python 3 with venv; the rest comes from PyPI, pinned by hashes.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../../.. && pwd)
work=$root/target/grpcio
source ../suite.sh

prepare
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
python_stubs

server first
beside second first
server short MCP_SESSION_IDLE_TTL=1s
status=0
PYTHONPATH=$work/generated "$work/venv/bin/python" "$here/cases.py" "$(address first gRPC)" "$(address second gRPC)" \
  "$(address short gRPC)" "http://$(address first MCP)/api/mcp" "$token" || status=1
said first second short >&2
exit "$status"
