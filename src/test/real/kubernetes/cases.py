"""Runs all cases: those of one namespace one after the other, the namespaces beside each other."""
import concurrent.futures
import json
import os
import sys
import time
import traceback

import changes
import examples
import lives
import look
from kube import ROOT, WORK, Copy, get, kubectl, name, same, until

counts = {"ok": 0, "left out": 0, "failed": 0}
HISTORY = (WORK / "before/k8s").exists()


def run(what, case, *arguments):
    if case is None:
        counts["left out"] += 1
        print(f"{what}: left out, as this checkout has no history", flush=True)
        return True
    begin = time.monotonic()
    try:
        case(*arguments)
        counts["ok"] += 1
        print(f"{what}: ok, {time.monotonic() - begin:.0f} s", flush=True)
        return True
    except Exception:
        counts["failed"] += 1
        print(f"{what}: failed after {time.monotonic() - begin:.0f} s\n{traceback.format_exc()}", flush=True)
        return False


def lane(namespace, cases):
    """A case that fails leaves things behind, which the next must not find."""
    for what, *case in cases:
        if not run(what, *case):
            kubectl("delete", "namespace", namespace, "mcp-servers", "--ignore-not-found", "--timeout=180s",
                    status=None)


def volumes():
    """Room for the claims of stores; nobody makes volumes here."""
    kubectl("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"room-{number}"},
         "spec": {"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/nowhere"}}}
        for number in range(80)]}))


def install_kinds():
    kubectl("apply", "--server-side", "-R", "-f", str(WORK / "crds"))
    kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=180s")
    for kind in ("httproutes", "servicemonitors", "certificates", "securitypolicies", "authorizationpolicies"):
        until(30, kind, lambda: kubectl("get", kind, "-A", status=None).returncode == 0)


def pod():
    """What pod.py starts: a pod of production, and what it takes from the API."""
    with Copy() as copy:
        kubectl("apply", "-f", copy.path(lives.PRODUCTION) + "/namespace.yaml")
        kubectl("-n", "mcp-session", "create", "secret", "generic", "mcp-session-redis",
                f"--from-file=password={WORK}/redis/password", f"--from-file=ca.crt={WORK}/redis/ca.pem")
        lives.apply(copy.path(lives.PRODUCTION))
        look.settled("mcp-session")
        (WORK / "pod.json").write_text(json.dumps({
            "pod": get("pods", "mcp-session", "-l", "app.kubernetes.io/component=server")[0],
            "objects": {name(it): it for it in get("configmaps,secrets", "mcp-session")}}))
        lives.gone("production", copy.path(lives.PRODUCTION), copy)


def both(overlay):
    upgrade = changes.upgrade if HISTORY else None
    return [(f"{overlay} client-side, then server-side", lives.client_side, overlay),
            (f"{overlay} server-side", lives.server_side, overlay),
            (f"{overlay} upgraded, rolled out, undone", upgrade, overlay)]


def left_out():
    with Copy() as copy:
        kubectl("apply", "-f", copy.path(lives.PRODUCTION) + "/namespace.yaml")
        for component in ("autoscaling", "network-policy", "monitoring", "gateway"):
            lives.left_out(component)
        kubectl("delete", "namespace", "mcp-session", "--timeout=180s")


def main():
    volumes()
    # Cases by a part of their name, for whoever works on one; kinds that are installed stay.
    only = os.environ.get("KUBE_ONLY", "")
    if not only:
        run("production on a bare cluster, as its comments say", lives.bare)
    install_kinds()
    before = lives.cluster_scoped()
    lanes = {
        "mcp-session": [
            ("pod of production", pod),
            ("components left out by a line", left_out),
            *both("production"),
            ("autoscaling switched on later, client-side", changes.autoscaling_later, ()),
            ("autoscaling switched on later, server-side", changes.autoscaling_later, ("--server-side",)),
            ("autoscaling, spread", changes.autoscaling),
            ("examples", examples.examples),
            ("mistakes that are refused", examples.refused)],
        "mcp-session-cluster": [
            *both("cluster"),
            ("the cluster formed anew", changes.formed_anew),
            ("evictions", changes.evicted)],
        "mcp-session-dev": [
            *both("dev"),
            ("quota", changes.quota),
            ("no rights", changes.no_rights),
            ("mistakes that are taken", examples.taken)]}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda it: lane(it[0], [case for case in it[1] if only in case[0]]), lanes.items()))
    run("nothing is left outside namespaces", lambda: same(lives.cluster_scoped(), before, "left"))
    print("kubernetes: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
