#!/usr/bin/env bash
# SessionService as Python's grpclib calls it, which is HTTP/2 and gRPC in Python alone. Needs Maven, JDK 25 and Python 3
# with venv; the rest comes from PyPI, pinned by hashes.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/grpclib
source ../suite.sh
source ../grpc.sh

prepare
protoc
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
mkdir "$work/generated"
PATH=$work/venv/bin:$PATH "$protoc" -I "$root/proto" -I "$googleapis" --python_out="$work/generated" \
  --grpclib_python_out="$work/generated" mcpsession/v1/session_service.proto
grpc_servers
status=0
PYTHONPATH=$work/generated restarting "$work/venv/bin/python" cases.py || status=1
said first second third short tight >&2
exit "$status"
