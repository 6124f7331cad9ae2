# What suites with gRPC clients have in common that need more than two servers. Sourced after suite.sh.

declare -A kept=() pid_of=() port_of=()

# keep server|beside NAME...: starts it so that restarting can restart it.
keep() {
  kept[$2]=$(printf '%q ' "$@")
  "$@" || return 1
  pid_of[$2]=${pids[-1]}
  # The banner may come in parts.
  until port_of[$2]=$(address "$2" gRPC) && [ -n "${port_of[$2]}" ]; do
    sleep 0.1
  done
}

# grpc_servers: exports where they are. FIRST, SECOND and THIRD are on one Redis, and the latter two say that they are
# going before they go; sessions of SHORT live a second, or eight if they are used; TIGHT knows its services by their
# tokens, which are their names, and has room for little.
grpc_servers() {
  local name at=0 callers=()
  server first
  keep beside second first MCP_DRAIN_DELAY=1s
  keep beside third first MCP_DRAIN_DELAY=1s
  server short MCP_SESSION_IDLE_TTL=1s MCP_SESSION_ABSOLUTE_LIFETIME=8s
  for name in reader hurried admin; do
    callers+=("MCP_GRPC_CALLERS_${at}_NAME=$name" "MCP_GRPC_CALLERS_${at}_ROLE=${name/#[rh]*/read}"
      "MCP_GRPC_CALLERS_${at}_TOKEN_SHA256=$(printf %s "$name" | sha256sum | cut -d ' ' -f 1)")
    at=$((at + 1))
  done
  server tight "${callers[@]}" MCP_SESSION_MAX_PER_USER=2 MCP_SESSION_WHEN_FULL=reject MCP_SESSION_MAX_TOTAL=32 \
    MCP_LIMITS_OPEN_STREAMS_PER_USER=2 MCP_LIMITS_PER_SERVICE_RATE=10 MCP_LIMITS_PER_SERVICE_BURST=400
  for name in first second third short tight; do
    export "${name^^}=$(address "$name" gRPC)"
  done
  SHORT_REDIS=$(address short Redis)
  export SHORT_REDIS
}

# again NAME: ends one that is kept by SIGTERM, and starts it anew on its port.
again() {
  kill "${pid_of[$1]}"
  wait "${pid_of[$1]}" || true
  eval "${kept[$1]} SERVER_PORT=${port_of[$1]##*:}" || return 1
  pid_of[$1]=${pids[-1]}
}

# restarting COMMAND...: runs a program that may write the name of a server that is kept to the pipe $ASK, and reads a
# line from the pipe $ANSWER when it was restarted.
restarting() {
  local program name
  mkfifo "$work/ask" "$work/answer"
  # Open for both, so that nobody waits for the other side.
  exec 3<> "$work/ask" 4<> "$work/answer"
  ASK=$work/ask ANSWER=$work/answer "$@" &
  program=$!
  while kill -0 "$program" 2> /dev/null; do
    if read -r -t 0.2 -u 3 name; then
      again "$name" && echo done >&4 || echo failed >&4
    fi
  done
  wait "$program"
}
