"""The examples against the kinds of the projects they are for, and manifests with faults, each of which is noticed."""
import re

import look
from kube import ROOT, Copy, Fault, get, kubectl, name, same, until
from lives import NAMESPACES, PRODUCTION, apply, by_hand, gone

# What is said to istioctl or to a mesh, and no cluster knows.
NOT_APPLIED = {"IstioOperator"}


def documents(file):
    return [it for it in re.split(r"^---$", file.read_text(), flags=re.MULTILINE) if it.strip()]


def loose(folder):
    """Documents for a cluster that no kustomization holds; a configuration of Envoy's own is none."""
    for file in sorted(folder.glob("*.yaml")):
        for document in documents(file):
            kind = re.search(r"^kind: (\w+)", document, re.MULTILINE)
            if kind and kind.group(1) not in NOT_APPLIED:
                yield document


def examples():
    """Beside production: each applied strictly, in both ways, twice, and what they name is there."""
    with Copy() as copy:
        by_hand(copy, "production")
        kubectl("create", "namespace", "mcp-servers")
        apply(copy.path(PRODUCTION))
        for example in ("examples/ingress", "examples/cert-manager"):
            folder = copy.path(example)
            for how in ((), ("--server-side",)):
                apply(folder, *how)
                same(kubectl("diff", "-k", folder, *how).stdout, "", f"diff of {example}")
        count = 0
        for document in loose(copy.folder / "k8s/examples/ext-authz"):
            for how in ((), ("--server-side",)):
                said = kubectl("apply", "--validate=strict", "-f", "-", *how, text=document)
                same(said.stderr, "", "apply says")
                same(kubectl("diff", "-f", "-", *how, text=document).stdout, "", "diff")
                kubectl("delete", "-f", "-", text=document)
            kubectl("apply", "-f", "-", text=document)
            count += 1
        if count < 4:
            raise Fault(f"of ext-authz only {count} documents are for a cluster")
        # As the file's own comment says: copied into the overlay and named there.
        patch = (copy.folder / "k8s/examples/cert-manager/server-tls.yaml").read_text()
        (copy.folder / "k8s/overlays/production/server-tls.yaml").write_text(patch)
        copy.change("overlays/production/kustomization.yaml", r"^  - path: redis-ca.yaml\n",
                    "  - path: redis-ca.yaml\n  - path: server-tls.yaml\n")
        apply(copy.path(PRODUCTION))
        look.settled("mcp-session", 90)
        same(look.everything("mcp-session"), [], "with the examples")
        kubectl("delete", "namespace", "mcp-servers", "--wait=false")
        gone("production", copy.path(PRODUCTION), copy)


# What the API server refuses: file, what stands there, what somebody wrote instead, what is said.
REFUSED = (
    ("base/deployment.yaml", "minReadySeconds", "minReadySecs", "minReadySecs"),
    ("base/deployment.yaml", "- name: admin", "- name: administration-port", "must be no more than 15"),
    ("base/deployment.yaml", "periodSeconds: 2", "periodSeconds: -2", "periodSeconds"),
    ("base/deployment.yaml", "maxUnavailable: 0", "maxUnavailable: two", "maxUnavailable"),
    ("base/deployment.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "PodSecurity"),
    ("base/deployment.yaml", r"drop: \[ALL\]", "drop: [NET_RAW]", "PodSecurity"),
    ("base/deployment.yaml", "name: tmp", "name: tmpp", "Not found"),
    ("base/service.yaml", "port: 80", "port: 80000", "65535"),
    ("base/service.yaml", "name: mcp-session-server", "name: MCP", "RFC 1123"),
    ("base/pdb.yaml", "maxUnavailable: 1", "maxUnavailable: 1\n  minAvailable: 1", "cannot be both set"),
    ("base/pdb.yaml", "AlwaysAllow", "Always", "unhealthyPodEvictionPolicy"),
    ("components/autoscaling/hpa.yaml", "minReplicas: 3", "minReplicas: 13", "minReplicas"),
    ("components/network-policy/server.yaml", "cidr: 0.0.0.0/0", "cidr: everywhere", "cidr"),
    ("components/network-policy/default-deny.yaml", "Egress", "Outgress", "policyTypes"),
    ("components/gateway/httproute.yaml", "request: 0s", "request: never", "request"),
    ("components/gateway/httproute.yaml", "PathPrefix", "Prefix", "Prefix"),
    ("components/monitoring/servicemonitor.yaml", "interval: 15s", "interval: often", "interval"),
    ("components/monitoring/prometheusrule.yaml", "for: 1m", "for: a while", "for"),
    ("components/monitoring/service-admin.yaml", "clusterIP: None", "clusterIP: none", "clusterIP"),
)


def refused():
    """Each mistake in production is refused before anything is applied."""
    with Copy() as whole:
        kubectl("apply", "-f", whole.path(PRODUCTION) + "/namespace.yaml")
        apply(whole.path(PRODUCTION), "--dry-run=server")
    missed = []
    for file, correct, wrong, said in REFUSED:
        with Copy() as copy:
            copy.change(file, correct, wrong)
            done = kubectl("apply", "-k", copy.path(PRODUCTION), "--validate=strict", "--dry-run=server", status=None)
            if said not in done.stderr:
                missed.append(f"{file}: {wrong}: {done.stderr}")
    same(missed, [], "mistakes that nobody refused")
    kubectl("delete", "namespace", "mcp-session")


# What the API server takes, and what is found then.
TAKEN = (
    ("base/service-grpc.yaml", "targetPort: grpc", "targetPort: grpcs", "Service/mcp-session-grpc port grpc leads to"),
    ("base/service.yaml", r"component: server\n  ports", "component: web\n  ports", "Service/mcp-session-server reaches 0"),
    ("base/pdb.yaml", r"component: server\n\Z", "component: web\n", "PodDisruptionBudget/mcp-session-server"),
    ("base/deployment.yaml", "key: signing-keys\n                  optional: true", "key: signing-keys",
     "needs Secret/mcp-session-keys"),
    ("base/deployment.yaml", "- key: password", "- key: passwort", "needs passwort of Secret/mcp-session-redis"),
    ("components/valkey/statefulset.yaml", "serviceName: mcp-redis", "serviceName: redis", "needs Service/redis"),
    ("components/valkey/network-policy.yaml", "matchLabels:\n      app.kubernetes.io/name: mcp-redis",
     "matchLabels:\n      app.kubernetes.io/name: redis", "NetworkPolicy/mcp-redis chooses no pod"),
    ("components/valkey/kustomization.yaml", "- name: mcp-redis-config", "- name: redis-config",
     "needs ConfigMap/mcp-redis-config"),
)


def taken():
    """Mistakes that the API server takes are found in what it made of them, each of them."""
    with Copy() as copy:
        for file, correct, wrong, _ in TAKEN:
            copy.change(file, correct, wrong)
        folder = copy.path("overlays/dev")
        apply(folder)
        until(30, "pods", lambda: len(get("pods", NAMESPACES["dev"])) == 2)
        look.settled(NAMESPACES["dev"])
        found = look.everything(NAMESPACES["dev"])
        same([fault for *_, fault in TAKEN if not any(fault in it for it in found)], [], f"not found, but {found}")
        # An account that is not there keeps the pods away.
        copy.change("base/deployment.yaml", "serviceAccountName: .*", "serviceAccountName: mcp")
        apply(folder)
        until(30, "pods without an account are refused", lambda: any(
            "serviceaccount" in it for it in look.warnings(NAMESPACES["dev"])))
        gone("dev", folder, copy)
