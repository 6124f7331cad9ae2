#!/usr/bin/env bash
# All of k8s/ against a real API server, and the image as the pod that comes out. Needs Go, Maven, JDK 25, jq, openssl,
# python3, skopeo, umoci and redis-server; Kubernetes itself comes as Go modules, pinned by go.sum.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../../.. && pwd)
work=$root/target/kubernetes
source cluster.sh
cd "$root"
source src/test/image.sh

rm -rf "$work"
mkdir -p "$work/redis"
if [[ ${1:-} == build ]]; then
  build_kube
  exit
fi
trap stop_cluster EXIT
export KUBE_ROOT=$root KUBE_WORK=$work PYTHONDONTWRITEBYTECODE=1

# before: the manifests before their last change, from the history, which a shallow clone may lack.
before() {
  local history=(git -c "safe.directory=*" -C "$root") last
  last=$("${history[@]}" log -n 1 --format=%H -- k8s)
  [[ $("${history[@]}" rev-parse --is-shallow-repository) == false ]] || return 0
  mkdir "$work/before"
  "${history[@]}" archive "$last^" k8s | tar -x -C "$work/before"
}

# redis_of_production: the certificate of the Redis that the overlay names, the CA that signed it, and a password.
redis_of_production() {
  cd "$work/redis"
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=ca -days 2 -keyout ca.key -out ca.pem 2> /dev/null
  openssl req -newkey rsa:2048 -nodes -subj /CN=redis.example.com -keyout redis.key -out redis.csr 2> /dev/null
  openssl x509 -req -in redis.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out redis.pem \
    -extfile <(echo subjectAltName=DNS:redis.example.com) 2> /dev/null
  head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' > password
}

before
(redis_of_production)
begin=$SECONDS
build_kube
echo "built after $((SECONDS - begin)) s"
definitions
# Cases wait more than they compute, so the image is made beside them.
(mvn -B -q package -Pimage -DskipTests > "$work/image.log" 2>&1 || { cat "$work/image.log" >&2; exit 1; }) &
image=$!
begin=$SECONDS
start_cluster
echo "cluster is up after $((SECONDS - begin)) s"
status=0
python3 src/test/real/kubernetes/cases.py || status=1
stop_cluster
wait "$image"
if ! unshare --mount --net --pid --fork true 2> /dev/null; then
  echo "pod: the image was made but not started: this machine lets nobody have namespaces of their own"
  exit "$status"
fi
mkdir "$work/image"
unpack_image "$work/image"
KUBE_ENTRY=$(jq -c .config.Entrypoint <<< "$config") \
  unshare --net --mount -- python3 src/test/real/kubernetes/pod_cases.py || status=1
exit "$status"
