"""What happens to something that runs: an upgrade, a roll-out and its undoing, a switch, an eviction, a quota."""
import json
import subprocess
import time

import look
from kube import KUBECTL, ROOT, WORK, Copy, Fault, commands, get, kubectl, same, shell, until
from lives import NAMESPACES, PRODUCTION, apply, by_hand, gone, unchanged

SERVER = "deployment/mcp-session-server"


class Fewest:
    """The fewest available replicas and the fewest wanted, of all states in which the API server had it meanwhile."""

    def __init__(self, namespace):
        self.watch = [*KUBECTL, "get", SERVER, "-n", namespace, "--watch", "-o",
                      'jsonpath={.spec.replicas} 0{.status.availableReplicas}{"\\n"}']
        self.available, self.wanted = 0, 0

    def __enter__(self):
        self.watching = subprocess.Popen(self.watch, stdout=subprocess.PIPE, text=True)
        self.seen = [self.watching.stdout.readline()]
        return self

    def __exit__(self, *_):
        time.sleep(1)
        self.watching.terminate()
        self.seen += self.watching.stdout.readlines()
        self.watching.wait()
        states = [tuple(map(int, line.split())) for line in self.seen]
        self.wanted, self.available = (min(state[at] for state in states) for at in (0, 1))


def upgrade(overlay):
    """From the manifests before their last change to those that are there now; roll-out and undo on the way."""
    before = WORK / "before/k8s"
    namespace = NAMESPACES[overlay]
    with Copy(before) as old, Copy() as copy:
        by_hand(old, overlay)
        kubectl("apply", "-k", old.path(f"overlays/{overlay}"))
        look.settled(namespace)
        until(30, "as many replicas as autoscaling wants", lambda: overlay != "production"
              or get(SERVER, namespace)["spec"]["replicas"] == 3)
        look.settled(namespace)
        replicas = get(SERVER, namespace)["spec"]["replicas"]
        with Fewest(namespace) as fewest:
            apply(copy.path(f"overlays/{overlay}"))
            look.settled(namespace, 90)
        same((fewest.available, fewest.wanted), (replicas, replicas), "fewest during the upgrade")
        # Objects that are no more: nobody deletes them, so each must go by itself.
        same(look.references(namespace), [], "after the upgrade")
        unchanged(overlay, copy.path(f"overlays/{overlay}"))
        roll_out(overlay, copy, replicas)
        gone(overlay, copy.path(f"overlays/{overlay}"), copy)


def roll_out(overlay, copy, replicas):
    """Another configuration rolls the pods, never one fewer than wanted; undone, the former is back."""
    namespace = NAMESPACES[overlay]
    config = lambda: next(volume["configMap"]["name"] for volume
                          in get(SERVER, namespace)["spec"]["template"]["spec"]["volumes"] if "configMap" in volume)
    former = config()
    copy.change("base/config/application.yaml", 'timeout: "10s"', 'timeout: "9s"')
    with Fewest(namespace) as fewest:
        apply(copy.path(f"overlays/{overlay}"))
        kubectl("rollout", "status", SERVER, "-n", namespace, "--timeout=240s")
        if config() == former:
            raise Fault("another configuration is the same to the pods")
        kubectl("rollout", "undo", SERVER, "-n", namespace)
        kubectl("rollout", "status", SERVER, "-n", namespace, "--timeout=240s")
    same(config(), former, "undone")
    same((fewest.available, fewest.wanted), (replicas, replicas), "fewest while rolled out and back")
    same(look.references(namespace), [], "undone")


def autoscaling_later(how):
    """Autoscaling switched on for three replicas that run: as its comments say, and never fewer."""
    shown = commands(ROOT / "k8s/components/autoscaling/kustomization.yaml")
    same(len(shown), 2, "commands of autoscaling, client-side and server-side")
    with Copy() as copy, Copy() as whole:
        copy.without("autoscaling").without("monitoring").without("gateway")
        whole.without("monitoring").without("gateway")
        copy.also(PRODUCTION, "\nreplicas:\n  - name: mcp-session-server\n    count: 3\n")
        by_hand(copy, "production")
        apply(copy.path(PRODUCTION), *how)
        look.settled("mcp-session")
        with Fewest("mcp-session") as fewest:
            shell(shown[1 if how else 0], whole.folder)
            apply(whole.path(PRODUCTION), *how)
            until(20, "the autoscaler has looked", lambda: "conditions" in get(
                "horizontalpodautoscaler/mcp-session-server", "mcp-session").get("status", {}))
            time.sleep(3)
        same((fewest.available, fewest.wanted), (3, 3), "fewest while autoscaling is switched on")
        unchanged("production", whole.path(PRODUCTION), *how)
        # What the autoscaler has decided is not undone by whoever applies again.
        kubectl("scale", SERVER, "-n", "mcp-session", "--replicas=5")
        apply(whole.path(PRODUCTION), *how)
        same(get(SERVER, "mcp-session")["spec"]["replicas"], 5, "applied after it was scaled")
        gone("production", whole.path(PRODUCTION), whole)


METRICS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: pods.metrics.k8s.io
  annotations: {api-approved.kubernetes.io: unapproved}
spec:
  group: metrics.k8s.io
  scope: Namespaced
  names: {plural: pods, singular: podmetrics, kind: PodMetrics, listKind: PodMetricsList}
  versions:
    - name: v1beta1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""


def autoscaling():
    """Three without metrics; with those of busy pods more, at most twelve, and each in another place than the last."""
    with Copy() as copy:
        by_hand(copy, "production")
        apply(copy.path(PRODUCTION))
        until(30, "three without metrics", lambda: get(SERVER, "mcp-session")["spec"]["replicas"] == 3)
        look.settled("mcp-session")
        spread("mcp-session", "mcp-session-server", zones=3)
        kubectl("apply", "-f", "-", text=METRICS)
        try:
            until(60, "more under load", lambda: busy() and get(SERVER, "mcp-session")["spec"]["replicas"] == 12)
            look.settled("mcp-session", 90)
        finally:
            kubectl("delete", "-f", "-", text=METRICS)
        gone("production", copy.path(PRODUCTION), copy)


def busy():
    """Says of each pod that it takes twice the CPU it requests."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    pods = [{"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "timestamp": now, "window": "1s",
             "metadata": {"name": pod["metadata"]["name"], "namespace": "mcp-session", "labels": pod["metadata"]["labels"]},
             "containers": [{"name": "server", "usage": {"cpu": "500m", "memory": "200Mi"}}]}
            for pod in get("pods", "mcp-session")]
    return kubectl("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}), status=None
                   ).returncode == 0


def spread(namespace, app, zones=None, nodes=None):
    """Over how many zones or nodes the pods are."""
    pods = get("pods", namespace, "-l", f"app.kubernetes.io/name={app},app.kubernetes.io/component!=form")
    on = [pod["spec"]["nodeName"] for pod in pods]
    if zones:
        same(len({node[0] for node in on}), zones, f"zones of {app}")
    if nodes:
        same(len(set(on)), nodes, f"nodes of {app}")


def evicted():
    """One at a time: the second eviction is refused until the first pod has a successor. For the store as well."""
    with Copy() as copy:
        folder = copy.path("overlays/cluster")
        apply(folder)
        look.settled("mcp-session-cluster")
        spread("mcp-session-cluster", "mcp-redis", nodes=5)
        spread("mcp-session-cluster", "mcp-session-server", zones=3)
        for app in ("mcp-session-server", "mcp-redis"):
            until(20, f"a budget of {app}", lambda: not look.budgets("mcp-session-cluster"))
            pods = [it["metadata"]["name"] for it in get("pods", "mcp-session-cluster", "-l",
                    f"app.kubernetes.io/name={app},app.kubernetes.io/component!=form")]
            # Nothing takes the place of what goes, for as long as this is looked at.
            kubectl("create", "quota", "none", "-n", "mcp-session-cluster", "--hard=pods=0")
            until(20, "the quota", lambda: "hard" in get("quota/none", "mcp-session-cluster").get("status", {}))
            same([evict(pod) for pod in pods[:2]], [201, 429], f"two evictions of {app}")
            kubectl("delete", "quota", "none", "-n", "mcp-session-cluster")
            look.settled("mcp-session-cluster")
            until(20, "one more may go", lambda: not look.budgets("mcp-session-cluster"))
            same(evict(pods[2]), 201, f"one more eviction of {app}")
            look.settled("mcp-session-cluster")
        gone("cluster", folder, copy)


def evict(pod):
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": "mcp-session-cluster"}}
    done = kubectl("create", "--raw", f"/api/v1/namespaces/mcp-session-cluster/pods/{pod}/eviction", "-f", "-",
                   text=json.dumps(body), status=None)
    if done.returncode == 0:
        return 201
    if "disruption budget" in done.stderr:
        return 429
    raise Fault(done.stderr)


def formed_anew():
    """Another password right after the first apply: what forms the cluster is taken, and no run is in its way."""
    with Copy() as copy:
        folder = copy.path("overlays/cluster")
        apply(folder)
        kubectl("create", "job", "-n", "mcp-session-cluster", "--from=cronjob/mcp-redis-form", "first")
        kubectl("wait", "-n", "mcp-session-cluster", "--for=condition=Complete", "job/first", "--timeout=180s")
        copy.change("overlays/cluster/auth.conf", "requirepass .*", "requirepass another")
        copy.change("components/valkey-cluster/form.yaml", "valkey:8.1.1", "valkey:8.1.2")
        apply(folder)
        look.settled("mcp-session-cluster")
        same(look.everything("mcp-session-cluster"), [], "after the change")
        kubectl("create", "job", "-n", "mcp-session-cluster", "--from=cronjob/mcp-redis-form", "second")
        kubectl("wait", "-n", "mcp-session-cluster", "--for=condition=Complete", "job/second", "--timeout=180s")
        gone("cluster", folder, copy)


def quota():
    """What dev asks for is what it says: it fits a quota of just that and one pod more for a roll-out."""
    with Copy() as copy:
        folder = copy.path("overlays/dev")
        kubectl("apply", "-f", folder + "/namespace.yaml")
        room = "requests.cpu=600m,requests.memory=1280Mi,limits.memory=1280Mi,pods=3,persistentvolumeclaims=1"
        kubectl("create", "quota", "room", "-n", "mcp-session-dev", "--hard=" + room)
        apply(folder)
        look.settled("mcp-session-dev")
        kubectl("rollout", "restart", SERVER, "-n", "mcp-session-dev")
        kubectl("rollout", "status", SERVER, "-n", "mcp-session-dev", "--timeout=180s")
        # Without room for one more the roll-out stands still, and the pod that is there goes on.
        kubectl("patch", "quota", "room", "-n", "mcp-session-dev", "-p", '{"spec":{"hard":{"pods":"2"}}}')
        kubectl("rollout", "restart", SERVER, "-n", "mcp-session-dev")
        until(30, "the quota refuses", lambda: any("exceeded quota" in it for it in look.warnings("mcp-session-dev")))
        same(get(SERVER, "mcp-session-dev")["status"]["availableReplicas"], 1, "available")
        gone("dev", folder, copy)


def no_rights():
    """The account of the server may do nothing beyond what everybody may."""
    account = "--as=system:serviceaccount:mcp-session-dev:mcp-session-server"
    for what in ("get secrets", "list pods", "create pods", "get configmaps", "patch deployments", "create tokenreviews",
                 "impersonate users", "get nodes", "*  *"):
        done = kubectl("auth", "can-i", *what.split(), "-n", "mcp-session-dev", account, status=None)
        same((done.returncode, done.stdout.strip()), (1, "no"), f"can-i {what}")
    listed = kubectl("auth", "can-i", "--list", "-n", "mcp-session-dev", account, "--no-headers").stdout
    beyond = [line for line in listed.splitlines()
              if not line.startswith((" ", "selfsubject"))]
    same(beyond, [], "rights")
