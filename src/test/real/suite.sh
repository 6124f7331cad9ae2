# What the suites with real clients have in common. Sourced by their run.sh, with $root being the project and $work a
# folder of the suite's own.
source "$root/src/test/suite.sh"

pids=()

# Ends what the suite started, newest first.
stop_all() {
  local at
  for ((at = ${#pids[@]} - 1; at >= 0; at--)); do
    kill "${pids[at]}" 2> /dev/null || true
  done
  wait "${pids[@]}" 2> /dev/null || true
}

# prepare: an empty work folder, the compiled project and a token.
prepare() {
  rm -rf "$work"
  mkdir -p "$work"
  java=$(java25)
  compile "$work/classpath"
  token=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
  trap stop_all EXIT
}

# address NAME LABEL: where a server listens, as its banner says.
address() {
  sed -nE "s#^ *$2 +([a-z]+://)?([0-9.]+:[0-9]+).*#\2#p" "$work/$1.log" | head -n 1
}

# server NAME [KEY=VALUE...]: starts one with settings of its own on free ports, and waits until it is up. $main is its
# class, where it shall not be the server's own.
server() {
  local name=$1 pid
  shift
  env SERVER_PORT=0 SERVER_SOCKETS_0_PORT=0 SERVER_SOCKETS_1_PORT=0 MCP_REPLICA="$name" MCP_DEV_TOKEN="$token" \
    MCP_LOG_LEVEL=warning MCP_LOG_AUDIT=false MCP_LIMITS_PER_USER_RATE=0 MCP_LIMITS_PER_ADDRESS_RATE=0 \
    MCP_LIMITS_PER_SERVICE_RATE=0 "$@" \
    "$java" ${server_flags:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")" "${main:-io.mcpsession.Main}" \
    > "$work/$name.log" 2>&1 < <(tail -f /dev/null --pid=$$) &
  pid=$!
  pids+=("$pid")
  touch "$work/$name.log"
  until [ -n "$(address "$name" MCP)" ]; do
    kill -0 "$pid" 2> /dev/null || { cat "$work/$name.log" >&2; return 1; }
    sleep 0.1
  done
}

# beside NAME OTHER [KEY=VALUE...]: one more replica on the Redis of another server, for the same user and token.
beside() {
  local name=$1 other=$2
  shift 2
  server "$name" MCP_STORE_REDIS_MODE=single MCP_STORE_REDIS_ADDRESS="redis://$(address "$other" Redis)" \
    SERVER_HOST=127.0.0.1 SERVER_SOCKETS_0_HOST=127.0.0.1 SERVER_SOCKETS_1_HOST=127.0.0.1 MCP_GRPC_INSECURE=true \
    MCP_AUTH_TOKENS_0_USER=dev MCP_AUTH_TOKENS_0_NAME=dev \
    MCP_AUTH_TOKENS_0_SHA256="$(printf %s "$token" | sha256sum | cut -d ' ' -f 1)" "$@"
}

# stage [KEY=VALUE...]: two replicas on one Redis behind a front, see stage/README.md, with these settings. Exports what
# the program with the cases needs: MCP_URL and the others.
stage() {
  local pid
  MCP_RESULTS=$root/target/real/$(basename "$work").tsv
  mkdir -p "$(dirname "$MCP_RESULTS")"
  : > "$MCP_RESULTS"
  : > "$work/stage.env"
  env MCP_LIMITS_PER_USER_RATE=0 MCP_LIMITS_PER_ADDRESS_RATE=0 "$@" \
    "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m \
    -cp "$root/target/classes:$root/target/test-classes:$(cat "$work/classpath")" io.mcpsession.stage.Stage \
    > "$work/stage.env" 2> "$work/stage.log" < <(tail -f /dev/null --pid=$$) &
  pid=$!
  pids+=("$pid")
  until grep -q '^ready' "$work/stage.env" 2> /dev/null; do
    kill -0 "$pid" 2> /dev/null || { cat "$work/stage.log" >&2; return 1; }
    sleep 0.1
  done
  set -a
  source <(grep '^MCP_' "$work/stage.env")
  set +a
  export MCP_RESULTS
}

# said NAME...: what servers logged besides their banner; nothing is expected.
said() {
  local name
  for name in "$@"; do
    grep -E '^[0-9TZ:.-]+ +(WARNING|ERROR|SEVERE)|^\s+at |Exception' "$work/$name.log" || true
  done
}

# protoc: Maven's protoc, the version the project is built with, as $protoc; Google's proto files in $googleapis.
protoc() {
  local version jar
  version=$(sed -nE 's#.*<protobuf.version>(.*)</.*#\1#p' "$root/pom.xml")
  (cd "$root" && mvn -q dependency:copy -Dartifact="com.google.protobuf:protoc:$version:exe:linux-x86_64" \
    -DoutputDirectory="$work/protoc")
  protoc=$work/protoc/protoc-$version-linux-x86_64.exe
  chmod +x "$protoc"
  googleapis=$work/googleapis
  mkdir -p "$googleapis"
  # These jars of the project's class path hold the very files that the server is compiled with.
  for jar in $(tr ':' '\n' < "$work/classpath" | grep -E '/(proto-google-common-protos|protobuf-java)-[0-9]'); do
    "${java%/java}/jar" --extract --file "$jar" --dir "$googleapis" google
  done
}

# shown HEADING: what proto/README.md shows below it.
shown() {
  awk -v heading="$1" '/^##/ { inside = $0 ~ "^#+ " heading "$" }
    /^```/ { if (block) exit; block = inside; next }
    block' "$root/proto/README.md"
}

# stubs HEADING: runs that where it can find what it needs, in $work/stubs.
stubs() {
  mkdir -p "$work/stubs"
  ln -sfn "$root/proto" "$work/stubs/proto"
  ln -sfn "$googleapis" "$work/stubs/googleapis"
  ln -sfn "$protoc" "$work/protoc/protoc"
  # What is shown means the program, not the function above.
  (unset -f protoc && cd "$work/stubs" && PATH="$work/bin:$work/venv/bin:$work/protoc:$PATH" && source <(shown "$1"))
}

# python_stubs: the same for the Python of $work/venv, in $work/generated.
python_stubs() {
  protoc
  stubs Python
  ln -sfn stubs "$work/generated"
}
