#!/usr/bin/env bash
# The official Python SDK of both lines, FastMCP and agent frameworks against two replicas, each client by the cases of
# cases.py. Needs Maven, JDK 25 and Python 3.11 or later with venv; the rest comes from PyPI, pinned by hashes.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../../.. && pwd)
work=$root/target/python
source ../suite.sh

prepare
python3 -m venv "$work/uv"
"$work/uv/bin/pip" install -q --disable-pip-version-check --require-hashes --only-binary :all: -r uv.txt

# environment NAME: what the clients of that lock need. Their pins collide, so there are three.
environment() {
  python3 -m venv --without-pip "$work/$1"
  "$work/uv/bin/uv" pip install -q --python "$work/$1/bin/python" --require-hashes --only-binary :all: -r "$1.txt"
}

# What frameworks would tell their makers stays here.
export CREWAI_DISABLE_TELEMETRY=true CREWAI_DISABLE_TRACKING=true OTEL_SDK_DISABLED=true \
  OPENAI_AGENTS_DISABLE_TRACING=1 ANONYMIZED_TELEMETRY=false LANGSMITH_TRACING=false DO_NOT_TRACK=1

counts=()
# cases NAME CLIENT...: all cases of clients that share an environment.
cases() {
  local name=$1
  shift
  counts+=("$("$work/$name/bin/python" "$here/main.py" "$@")")
}

environment sdk1
environment sdk2
environment strands
stage
cases sdk1 mcp1 langchain crewai smol autogen
cases sdk2 mcp2 fastmcp4 openai_agents pydanticai adk llamaindex
cases strands strands_agents
read -r ok cannot failed < <(printf '%s\n' "${counts[@]}" | awk '{ a += $1; b += $2; c += $3 } END { print a, b, c }')
echo "python clients: $ok ok, $cannot cannot, $failed failed"
[ "$failed" = 0 ]
