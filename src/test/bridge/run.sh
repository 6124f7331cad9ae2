#!/usr/bin/env bash
# Servers and clients that nobody here wrote, on either side of this server: prints a table of all pairs. Needs Maven,
# JDK 25, npm and a node to run it; the suite's own Node 22 comes from npm.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../.. && pwd)
source ../suite.sh
work=$root/target/bridge
node=$here/node_modules/.bin/node

# Waits for the line that says where a process listens.
ready() {
  local address
  touch "$2"
  until address=$(sed -n "$3" "$2") && [ -n "$address" ]; do
    kill -0 "$1" 2> /dev/null || { cat "$2" >&2; return 1; }
    sleep 0.2
  done
  echo "$address"
}

rm -rf "$work"
mkdir -p "$work"
java=$(java25)
install "$here"
install "$here/../conformance"
compile "$work/classpath"
(cd quarkus && mvn -q package)

mkfifo "$work/stdin"
pids=()
stop() {
  exec 3>&-
  # The others end when their standard input does.
  kill "${everything:-}" 2> /dev/null || true
  wait "${pids[@]}" 2> /dev/null || true
}
trap stop EXIT

# The one server cannot say which port it took, so it is told one that is free.
free_port() {
  "$node" -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(server.address().port); server.close(); })'
}
port=$(free_port)
PORT=$port "$node" node_modules/@modelcontextprotocol/server-everything/dist/index.js streamableHttp \
  > "$work/everything.log" 2>&1 < /dev/null & everything=$!; pids+=("$everything")
"$node" stateless.mjs 0 > "$work/stateless.log" 2>&1 < "$work/stdin" & stateless=$!; pids+=("$stateless")
"$java" -jar "$root/target/bridge-quarkus/quarkus-app/quarkus-run.jar" > "$work/quarkus.log" 2>&1 < "$work/stdin" & quarkus=$!
pids+=("$quarkus")
exec 3> "$work/stdin"

export MCP_DEV_TOKEN
MCP_DEV_TOKEN=$("$node" -p 'crypto.randomUUID()')
export MCP_UPSTREAMS_0_NAME=everything MCP_UPSTREAMS_0_URL="http://127.0.0.1:$port/mcp" MCP_UPSTREAMS_0_PREFIX=e_
export MCP_UPSTREAMS_0_DENY=get-env
MCP_UPSTREAMS_1_URL=$(ready "$stateless" "$work/stateless.log" 's/^ready //p')
export MCP_UPSTREAMS_1_URL MCP_UPSTREAMS_1_NAME=stateless MCP_UPSTREAMS_1_PREFIX=s_
MCP_UPSTREAMS_2_URL=$(ready "$quarkus" "$work/quarkus.log" 's|.*Listening on: \(http://[0-9.:]*\).*|\1/mcp|p')
export MCP_UPSTREAMS_2_URL MCP_UPSTREAMS_2_NAME=quarkus MCP_UPSTREAMS_2_PREFIX=q_
ready "$everything" "$work/everything.log" '/listening on port/p' > /dev/null
java_of_tests=("$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  -Djava.util.logging.config.file="$root/src/test/resources/logging-test.properties"
  -cp "$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")")
# start NAME CLASS: a server of Java, which takes what it is told from variables.
start() {
  "${java_of_tests[@]}" "$2" 3>&- < "$work/stdin" > "$work/$1.log" 2>&1 & started=$!
  pids+=("$started")
  endpoint=$(ready "$started" "$work/$1.log" 's/^ready //p')
}

status=0
echo "Servers nobody here wrote:"
start server io.mcpsession.upstream.BridgeServer
"$node" pairs.mjs "$endpoint" || status=1
"${java_of_tests[@]}" io.mcpsession.upstream.JavaPairs "$endpoint" servers.json || status=1

# Every fact of the clients' own suite, with the suite's server behind this one, in either era.
unset "${!MCP_UPSTREAMS_@}"
start fixtures io.mcpsession.conformance.ConformanceServer
export MCP_UPSTREAMS_0_NAME=fixtures MCP_UPSTREAMS_0_URL=$endpoint MCP_UPSTREAMS_0_CREDENTIAL_ENV=MCP_DEV_TOKEN
export MCP_UPSTREAMS_0_ALLOW='test_*, json_schema*' MCP_UPSTREAMS_0_ERA
for MCP_UPSTREAMS_0_ERA in session stateless; do
  echo "The suite's server, spoken to in the $MCP_UPSTREAMS_0_ERA era:"
  start "facts-$MCP_UPSTREAMS_0_ERA" io.mcpsession.upstream.BridgeServer
  "$node" ../conformance/clients.mjs "$endpoint" || status=1
done
# Whatever the servers had to say was said at WARNING or above.
grep -hv '^ready ' "$work"/server.log "$work"/f*.log >&2 || true

# Servers whose answers have one thing changed, beside a healthy one. What the bridge says of them is in its log.
echo "500 answers that are wrong in one thing:"
unset "${!MCP_UPSTREAMS_@}"
start mutants io.mcpsession.upstream.Mutants
control=$endpoint
source <(grep '^export MCP_UPSTREAMS_' "$work/mutants.log")
start before-mutants io.mcpsession.upstream.BridgeServer
"$node" mutants.mjs "$endpoint" "$control" || status=1
exit "$status"
