#!/usr/bin/env bash
# The official TypeScript clients and the official Java client, every case in every revision. Needs Maven, JDK 25, npm
# and a node to run it; the suite's own Node 22 comes from npm.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/clients-ts-java
source ../suite.sh

prepare
install "$root/src/test/conformance"
stage
status=0
"$root/src/test/conformance/node_modules/.bin/node" cases.mjs || status=1
tests=$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")
"${java%java}javac" -proc:none -d "$work/java" -cp "$tests" java/*.java
"$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -Djava.util.logging.config.file="$root/src/test/resources/logging-test.properties" \
  -cp "$work/java:$tests" io.mcpsession.clients.JavaClients 2> "$work/java.log" \
  || { status=1; tail -n 20 "$work/java.log" >&2; }
said stage >&2
exit "$status"
