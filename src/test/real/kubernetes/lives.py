"""An overlay from the first apply to the last trace of it, client-side and server-side."""
import json

import look
from kube import ROOT, Copy, Fault, commands, get, kubectl, name, same, shell, until

NAMESPACES = {"dev": "mcp-session-dev", "cluster": "mcp-session-cluster", "production": "mcp-session"}
PRODUCTION = "overlays/production"
SECRET = ["create", "secret", "generic", "mcp-session-redis", "--from-literal=password=wrong", "--from-literal=ca.crt=none"]


def apply(folder, *more):
    """Applies a folder strictly. What kubectl warns of, such as pods that Pod Security would refuse, is a fault."""
    done = kubectl("apply", "-k", folder, "--validate=strict", *more)
    if done.stderr.strip():
        raise Fault(f"apply {' '.join(more)} says: {done.stderr}")
    return done.stdout


def by_hand(copy, overlay):
    if overlay == "production":
        kubectl("apply", "-f", copy.path(PRODUCTION) + "/namespace.yaml")
        kubectl("-n", NAMESPACES[overlay], *SECRET)


def unchanged(overlay, folder, *how):
    """Applied once more nothing changes, and nothing differs."""
    before = written(folder)
    said = apply(folder, *how)
    if not how:
        # kubectl sends the selector of a budget each time, because it would replace it; what is written tells.
        changed = [line for line in said.splitlines()
                   if not line.endswith(" unchanged") and not line.startswith("poddisruptionbudget")]
        same(changed, [], "applied again, not unchanged")
    same(written(folder), before, "applied again")
    differs = kubectl("diff", "-k", folder, *how, status=None)
    if differs.returncode != 0:
        raise Fault(f"diff {how}: {differs.stdout}{differs.stderr}")


def written(folder):
    """What the API server has of a folder's objects, without what it says of them itself."""
    return without_status(json.loads(kubectl("get", "-k", folder, "-o", "json").stdout)["items"])


def snapshot(namespace):
    """All that people wrote there."""
    return without_status(get(kinds(), namespace))


def without_status(items):
    found = {}
    for item in items:
        if item["kind"] in ("Event", "Pod", "ReplicaSet", "EndpointSlice", "Endpoints", "Job", "Lease", "ControllerRevision"):
            continue
        item.pop("status", None)
        for key in ("resourceVersion", "managedFields", "generation", "annotations"):
            item["metadata"].pop(key, None)
        found[name(item)] = json.dumps(item, sort_keys=True)
    return found


def kinds():
    """Of all that can be in a namespace, the names."""
    listed = kubectl("api-resources", "--namespaced", "--verbs=list", "-o", "name").stdout.split()
    return ",".join(it for it in listed if it not in ("events.events.k8s.io", "endpoints"))


def gone(overlay, folder, copy):
    """Deletion leaves nothing: neither in the namespace nor outside."""
    kubectl("delete", "-k", folder, "--timeout=180s")
    until(60, "the namespace is there still",
          lambda: kubectl("get", "namespace", NAMESPACES[overlay], status=None).returncode == 1)
    left = [name(it) for it in get(kinds(), "", "-A") if it["metadata"].get("namespace") == NAMESPACES[overlay]]
    same(left, [], "left in the namespace")


def cluster_scoped():
    listed = kubectl("api-resources", "--namespaced=false", "--verbs=list", "-o", "name").stdout.split()
    passing = ("nodes", "persistentvolumes", "namespaces", "apiservices.apiregistration.k8s.io")
    return sorted(name(it) for it in get(",".join(it for it in listed if it not in passing)))


def client_side(overlay):
    """Client-side; then handed over to server-side apply, which meets no conflict; then back."""
    with Copy() as copy:
        folder = copy.path(f"overlays/{overlay}")
        by_hand(copy, overlay)
        apply(folder)
        look.settled(NAMESPACES[overlay])
        same(look.everything(NAMESPACES[overlay]), [], "client-side")
        unchanged(overlay, folder)
        apply(folder, "--server-side")
        unchanged(overlay, folder, "--server-side")
        # Back: what was applied last is written down again, and nothing else.
        before = written(folder)
        apply(folder)
        same(written(folder), before, "back to client-side")
        unchanged(overlay, folder)
        gone(overlay, folder, copy)


def server_side(overlay):
    with Copy() as copy:
        folder = copy.path(f"overlays/{overlay}")
        by_hand(copy, overlay)
        apply(folder, "--server-side")
        look.settled(NAMESPACES[overlay])
        same(look.everything(NAMESPACES[overlay]), [], "server-side")
        unchanged(overlay, folder, "--server-side")
        gone(overlay, folder, copy)


def bare():
    """Production on a cluster that has no kinds but its own, by the commands its comments show, in their order."""
    shown = commands(ROOT / "k8s" / PRODUCTION / "kustomization.yaml")
    same([it.split()[1] for it in shown], ["apply", "-n", "apply", "apply"], "commands of production")
    with Copy() as copy:
        (copy.folder / "redis-ca.pem").write_text("a certificate\n")
        namespace, secret, judge, last = shown
        shell(namespace, copy.folder)
        shell(secret, copy.folder)
        before = snapshot("mcp-session")
        judged = shell(judge, copy.folder, status=1).stderr
        for kind in ("HTTPRoute", "ServiceMonitor", "PrometheusRule"):
            if f'"{kind}"' not in judged:
                raise Fault(f"nobody says that {kind} is missing: {judged}")
        same(snapshot("mcp-session"), before, "judged alone")
        copy.without("monitoring").without("gateway")
        shell(judge, copy.folder)
        same(snapshot("mcp-session"), before, "judged alone")
        shell(last, copy.folder)
        look.settled("mcp-session")
        until(30, "three replicas without metrics",
              lambda: get("deployment/mcp-session-server", "mcp-session")["spec"]["replicas"] == 3)
        look.settled("mcp-session")
        same(look.everything("mcp-session"), [], "bare")
        gone("production", copy.path(PRODUCTION), copy)


def left_out(component):
    """One line taken out takes out the component and breaks nothing else."""
    with Copy() as whole, Copy() as copy:
        copy.without(component)
        there, less = (kinds_of(it.path(PRODUCTION)) for it in (whole, copy))
        if not less < there:
            raise Fault(f"without {component} the same is there")
        apply(copy.path(PRODUCTION), "--dry-run=server")


def kinds_of(folder):
    listed = kubectl("kustomize", folder).stdout
    made = kubectl("create", "-f", "-", "--dry-run=client", "--validate=false", "-o", "name", text=listed).stdout
    return set(made.split())
