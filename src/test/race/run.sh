#!/usr/bin/env bash
# This server beside other MCP servers under the same load: the official Java SDK on Jetty, Helidon's MCP extension,
# Quarkus's, and the original design in Node. Theirs keep sessions in their process, this one in Redis. Prints a table,
# which is in target/race as well. Needs Maven, JDK 25, npm and a node to run it; the race's own Node 22 comes from npm.
# Arguments are passed to the load generator, such as -Dbench.seconds=5 -Dbench.rounds=5. Three minutes as it is.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../../.. && pwd)
source ../suite.sh
work=$root/target/race

rm -rf "$work"
mkdir -p "$work"
java=$(java25)
install
compile "$work/classpath"
(cd java && mvn -q package)
(cd quarkus && mvn -q package)

# The same heap and collector for all, and no log line for each session: a race of servers, not of settings.
flags=(-Xms512m -Xmx512m -XX:+UseG1GC)
quiet=-Djava.util.logging.config.file=$root/src/test/resources/logging-test.properties
others=$root/target/race-java
# racer NAME COMMAND...: one more, by tabs, as Race reads it. It is started with the file of the tools.
racer() {
  local IFS=$'\t'
  printf '%s\t/mcp\t%s\n' "$1" "${*:2}" >> "$work/racers"
}
racer 'official Java SDK on Jetty' "$java" "${flags[@]}" "$quiet" -cp "$others/classes:$others/libs/*" \
  io.mcpsession.race.SdkServer
racer "Helidon's MCP extension" "$java" "${flags[@]}" "$quiet" -cp "$others/classes:$others/libs/*" \
  io.mcpsession.race.HelidonServer
racer "Quarkus's MCP extension" "$java" "${flags[@]}" -jar "$root/target/race-quarkus/quarkus-app/quarkus-run.jar"
node=("$here/node_modules/.bin/node" --max-old-space-size=512 "$here/node.mjs")
racer 'original design in Node, JSON' "${node[@]}" json
racer 'original design in Node, events' "${node[@]}" events

cd "$root"
"$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "$quiet" "$@" \
  -cp "$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")" \
  io.mcpsession.bench.Race "$work/racers" "${flags[@]}"
