#!/usr/bin/env bash
# The official conformance suite and the official TypeScript clients against this server, with the fixtures of the test
# sources. Needs Maven, JDK 25, npm and a node to run it; the suite's own Node 22 comes from npm.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../.. && pwd)
source ../suite.sh
work=$root/target/conformance
node=$here/node_modules/.bin/node

rm -rf "$work"
mkdir -p "$work"
java=$(java25)
install
compile "$work/classpath"

export MCP_DEV_TOKEN
MCP_DEV_TOKEN=$("$node" -p 'crypto.randomUUID()')
mkfifo "$work/stdin"
"$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Djava.util.logging.config.file="$root/src/test/resources/logging-test.properties" \
  -cp "$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")" \
  io.mcpsession.conformance.ConformanceServer < "$work/stdin" > "$work/server.log" 2>&1 &
server=$!
exec 3> "$work/stdin"
# The server ends when its standard input does.
trap 'exec 3>&-; wait "$server" || true' EXIT

until endpoint=$(sed -n 's/^ready //p' "$work/server.log") && [ -n "$endpoint" ]; do
  kill -0 "$server" 2> /dev/null || { cat "$work/server.log" >&2; exit 1; }
  sleep 0.2
done

status=0
"$node" suite.mjs "$endpoint" "$work" || status=1
"$node" clients.mjs "$endpoint" || status=1
# Whatever the server had to say was said at WARNING or above.
grep -v '^ready ' "$work/server.log" >&2 || true
exit "$status"
