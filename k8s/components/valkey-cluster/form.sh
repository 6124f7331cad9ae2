# Forms the cluster, once; later it makes the nodes find each other again. Nodes meet by address, so the names are
# looked up.
set -eu
export REDISCLI_AUTH="$(sed -n 's/^requirepass //p' /etc/valkey-secret/auth.conf)"
nodes=""
for number in 0 1 2 3 4 5; do
  name="mcp-redis-$number.mcp-redis"
  until valkey-cli -h "$name" ping 2>/dev/null | grep -q PONG; do sleep 2; done
  nodes="$nodes $(getent hosts "$name" | cut -d' ' -f1):6379"
done
if valkey-cli -h mcp-redis-0.mcp-redis cluster info | grep -q 'cluster_slots_assigned:16384'; then
  # A pod that restarts has another address, which it tells the nodes it remembers. When all six restarted together,
  # nobody can be told at the addresses remembered. To meet a node that is known does no harm.
  set -- $nodes
  shift
  for node; do
    valkey-cli -h mcp-redis-0.mcp-redis cluster meet "${node%:*}" "${node#*:}" >/dev/null
  done
  echo "the cluster is there already"
  exit 0
fi
exec valkey-cli --cluster create $nodes --cluster-replicas 1 --cluster-yes
