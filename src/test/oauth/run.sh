#!/usr/bin/env bash
# A real authorization server (oidc-provider) and the official TypeScript client's OAuth against this server, with the
# fixtures of the test sources. Needs Maven, JDK 25, npm and a node to run it; the tools' own Node 22 comes from npm.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../.. && pwd)
source ../suite.sh
work=$root/target/oauth
node=$here/node_modules/.bin/node

# ready NAME PID: waits until the log of a process says so.
ready() {
  until grep -q '^ready ' "$work/$1.log"; do
    kill -0 "$2" 2> /dev/null || { cat "$work/$1.log" >&2; exit 1; }
    sleep 0.2
  done
}

rm -rf "$work"
mkdir -p "$work"
java=$(java25)
install
compile "$work/classpath"

# Each must know the other's address before it starts.
read -r port issuer_port < <("$node" --input-type=module -e '
  import { createServer } from "node:net";
  const free = () => new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => found(server));
  });
  const servers = [await free(), await free()];
  console.log(servers.map((server) => server.address().port).join(" "));
  servers.forEach((server) => server.close());')
endpoint=http://localhost:$port/api/mcp
issuer=http://127.0.0.1:$issuer_port

"$node" issuer.mjs "$issuer_port" "$endpoint" > "$work/issuer.log" 2>&1 &
authorization=$!
trap 'kill "$authorization" 2> /dev/null || true' EXIT
ready issuer "$authorization"

mkfifo "$work/stdin"
MCP_AUTH_RESOURCE=$endpoint MCP_AUTH_SCOPES=mcp MCP_AUTH_ISSUERS_0_ISSUER=$issuer \
  "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Djava.util.logging.config.file="$root/src/test/resources/logging-test.properties" \
  -cp "$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")" \
  io.mcpsession.conformance.ConformanceServer "$port" < "$work/stdin" > "$work/server.log" 2>&1 &
server=$!
exec 3> "$work/stdin"
# The server ends when its standard input does.
trap 'exec 3>&-; wait "$server" || true; kill "$authorization" 2> /dev/null || true' EXIT
ready server "$server"

status=0
"$node" flow.mjs "$endpoint" "$issuer" || status=1
if [ "$status" != 0 ]; then
  cat "$work/issuer.log" "$work/server.log" >&2
fi
exit "$status"
