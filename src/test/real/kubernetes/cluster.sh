# A Kubernetes control plane on loopback, with nodes and pods that kwok only plays. Sourced by run.sh, with $root being
# the project and $work a folder of the suite's own.
kubernetes=v1.36.3
pids=()

# build_kube: the one program, as $kube. Go keeps what it compiled, so that only the first time takes minutes.
build_kube() {
  local version=k8s.io/component-base/version
  kube=$work/kube
  (cd "$root/src/test/real/kubernetes" && CGO_ENABLED=0 GOTOOLCHAIN=local nice go build -mod=readonly -trimpath \
    -ldflags="-s -w -X $version.gitVersion=$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=36" -o "$kube" .)
}

# definitions: the files of crds.txt below $work/crds, a folder for each module.
definitions() {
  local module version sum files folder got
  while read -r module version sum files; do
    [[ $module != '#' ]] || continue
    got=$(cd "$work" && GOFLAGS=-mod=mod GOTOOLCHAIN=local go mod download -json "$module@$version")
    [[ $(jq -r .Sum <<< "$got") == "$sum" ]] || { echo "$module $version is another than it was: $got" >&2; return 1; }
    folder=$work/crds/${module//\//-}
    mkdir -p "$folder"
    # shellcheck disable=SC2086  # the pattern is meant to be one
    (cd "$(jq -r .Dir <<< "$got")" && eval cp --no-preserve=mode $files '"$folder"')
  done < <(grep -v '^#' "$root/src/test/real/kubernetes/crds.txt")
}

# ports: four that nobody listens on.
ports() {
  python3 - << 'PYTHON'
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
print(*(one.getsockname()[1] for one in held))
PYTHON
}

# part NAME ARGUMENTS...: starts one, and logs to a file of that name.
part() {
  "$kube" "$@" > "$work/$1.log" 2>&1 &
  pids+=($!)
}

kubectl() {
  "$kube" kubectl --kubeconfig "$work/kubeconfig" "$@"
}

# up SECONDS WHAT COMMAND...: waits until the command succeeds, and as long as everything runs.
up() {
  local end=$((SECONDS + $1)) what=$2 pid
  shift 2
  until "$@" > /dev/null 2>&1; do
    for pid in "${pids[@]}"; do
      kill -0 "$pid" 2> /dev/null || { tail -n 20 "$work"/*.log >&2; echo "a part of the cluster ended" >&2; return 1; }
    done
    ((SECONDS < end)) || { tail -n 20 "$work"/*.log >&2; echo "no $what in time" >&2; return 1; }
    sleep 0.2
  done
}

start_cluster() {
  local etcd peer secure kwok stages token
  read -r etcd peer secure kwok < <(ports)
  token=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
  openssl genpkey -quiet -algorithm RSA -out "$work/accounts.key" 2> /dev/null || openssl genrsa -out "$work/accounts.key"
  echo "$token,admin,admin,system:masters" > "$work/tokens.csv"
  part etcd --data-dir "$work/etcd" --unsafe-no-fsync --log-level warn --listen-client-urls "http://127.0.0.1:$etcd" \
    --advertise-client-urls "http://127.0.0.1:$etcd" --listen-peer-urls "http://127.0.0.1:$peer" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer"
  part apiserver --etcd-servers "http://127.0.0.1:$etcd" --bind-address 127.0.0.1 --advertise-address 192.0.2.1 --secure-port "$secure" \
    --cert-dir "$work/certificates" --token-auth-file "$work/tokens.csv" --authorization-mode RBAC \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$work/accounts.key" \
    --service-account-signing-key-file "$work/accounts.key" --service-cluster-ip-range 10.96.0.0/16 \
    --endpoint-reconciler-type none
  up 60 certificate test -s "$work/certificates/apiserver.crt"
  cat > "$work/kubeconfig" << YAML
apiVersion: v1
kind: Config
clusters: [{name: here, cluster: {server: "https://127.0.0.1:$secure", certificate-authority: $work/certificates/apiserver.crt}}]
users: [{name: admin, user: {token: $token}}]
contexts: [{name: here, context: {cluster: here, user: admin}}]
current-context: here
YAML
  up 90 "API server" kubectl get --raw /readyz
  # Autoscaling looks each second instead of each quarter of a minute, and takes pods that have just begun.
  part controllers --kubeconfig "$work/kubeconfig" --leader-elect=false --secure-port 0 \
    --service-account-private-key-file "$work/accounts.key" --root-ca-file "$work/certificates/apiserver.crt" \
    --kube-api-content-type application/json --concurrent-gc-syncs 20 \
    --horizontal-pod-autoscaler-sync-period 1s --horizontal-pod-autoscaler-cpu-initialization-period 1s \
    --horizontal-pod-autoscaler-initial-readiness-delay 0s
  part scheduler --kubeconfig "$work/kubeconfig" --leader-elect=false --secure-port 0
  stages=$(cd "$root/src/test/real/kubernetes" && GOTOOLCHAIN=local go list -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/kwok)
  cat "$stages"/kustomize/stage/node/fast/node-initialize.yaml <(echo ---) \
    "$stages"/kustomize/stage/pod/fast/pod-ready.yaml <(echo ---) \
    "$stages"/kustomize/stage/pod/fast/pod-complete.yaml <(echo ---) \
    "$stages"/kustomize/stage/pod/fast/pod-delete.yaml > "$work/stages.yaml"
  part kwok --kubeconfig "$work/kubeconfig" --manage-all-nodes --node-lease-duration-seconds 40 \
    --server-address "127.0.0.1:$kwok" --config "$work/stages.yaml"
  kubectl apply -f "$root/src/test/real/kubernetes/nodes.yaml" > /dev/null
  up 60 nodes kubectl wait --for=condition=Ready node --all --timeout=1s
  up 60 "account of namespaces" kubectl -n default get serviceaccount default
}

# The API server goes before etcd, which it would wait for.
stop_cluster() {
  local at
  for ((at = ${#pids[@]} - 1; at > 0; at--)); do
    kill "${pids[at]}" 2> /dev/null || true
  done
  ((${#pids[@]} < 2)) || wait "${pids[@]:1}" 2> /dev/null || true
  ((${#pids[@]} == 0)) || { kill "${pids[0]}" 2> /dev/null && wait "${pids[0]}" 2> /dev/null || true; }
  pids=()
}
