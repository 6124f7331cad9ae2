#!/usr/bin/env bash
# Servers of SDKs behind this one, and directly, called by the official TypeScript clients in each revision: prints a
# table. With "all" as argument stateless ones, mcp-go and FastMCP as well, which takes twice as long.
# Needs Maven, JDK 25, npm, Node, Go and Python 3 with venv; the rest is pinned: npm's by the locks of ../../bridge and
# ../../conformance, Go modules by go.sum, Python packages by hashes.
set -euo pipefail
all=${1:-}
modes=(sse json)
pythons=(python1 python2)
if [ -n "$all" ]; then
  modes+=(stateless)
  pythons+=(fastmcp)
fi
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../../.. && pwd)
work=$root/target/upstreams
source ../suite.sh

prepare
install "$root/src/test/conformance"
install "$root/src/test/bridge"
node=$root/src/test/conformance/node_modules/.bin/node
for name in "${pythons[@]}"; do
  python3 -m venv "$work/$name"
  "$work/$name/bin/pip" install -q --disable-pip-version-check --require-hashes --only-binary :all: -r "$name.txt"
done
mkdir "$work/module"
cp go.mod go.sum ./*.go "$work/module"
(cd "$work/module" && GOFLAGS=-mod=readonly GOTOOLCHAIN=local go build -o "$work/go-server" .)

free_port() {
  "$node" -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(server.address().port); server.close(); })'
}

settings=()
list=()
behind=()
# Some wait for their open streams when they are asked to end.
trap 'kill -KILL "${behind[@]}" 2> /dev/null; stop_all' EXIT
# upstream NAME KIND PREFIX COMMAND...: starts a server, which finds its port in $port, and tells this one of it.
upstream() {
  local name=$1 kind=$2 prefix=$3 at=${#list[@]} url
  shift 3
  url=http://127.0.0.1:$port/mcp
  "$@" > "$work/$name.log" 2>&1 & behind+=("$!")
  until (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do
    kill -0 "${behind[-1]}" 2> /dev/null || { cat "$work/$name.log" >&2; return 1; }
    sleep 0.2
  done
  settings+=("MCP_UPSTREAMS_${at}_NAME=$name" "MCP_UPSTREAMS_${at}_URL=$url" "MCP_UPSTREAMS_${at}_PREFIX=$prefix")
  list+=("{\"name\":\"$name\",\"kind\":\"$kind\",\"prefix\":\"$prefix\",\"url\":\"$url\"}")
}

port=$(free_port)
upstream everything everything ev_ env PORT="$port" "$node" \
  "$root/src/test/bridge/node_modules/@modelcontextprotocol/server-everything/dist/index.js" streamableHttp
for mode in "${modes[@]}"; do
  for name in "${pythons[@]}"; do
    port=$(free_port)
    upstream "$name-$mode" python "$name${mode}_" "$work/$name/bin/python" server.py "$name-$mode" "$port" "$mode"
  done
done
for mode in "${modes[@]}"; do
  port=$(free_port)
  upstream "go-$mode" go "go${mode}_" "$work/go-server" go-sdk "go-$mode" "127.0.0.1:$port" "$mode"
done
if [ -n "$all" ]; then
  port=$(free_port)
  # Stateless it loses now one notification and now another, also when it is called directly.
  upstream mcp-go mcp-go mcpgo_ "$work/go-server" mcp-go mcp-go "127.0.0.1:$port" sse
fi
server front MCP_HTTP_QUESTION_PATIENCE=10s "${settings[@]}"
status=0
MCP_DEV_TOKEN=$token "$node" through.mjs "http://$(address front MCP)/api/mcp" "[$(IFS=,; echo "${list[*]}")]" || status=1
said front >&2
exit "$status"
