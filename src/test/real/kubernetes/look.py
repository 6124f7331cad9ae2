"""What must hold in a namespace that everything was applied to: each function gives the faults it finds."""
from kube import get, kubectl, name, until

MADE_BY_HAND = {"Secret/mcp-session-redis", "Secret/mcp-example-com-tls", "Secret/mcp-session-grpc-tls"}


def matches(selector, labels):
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def unsettled(namespace):
    """What is still on its way: nothing when all pods are new, ready and as many as wanted."""
    found = []
    for item in get("deployments,statefulsets", namespace):
        spec, status = item["spec"], item.get("status", {})
        wanted = spec.get("replicas", 1)
        now = [status.get(key, 0) for key in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")]
        if status.get("observedGeneration") != item["metadata"]["generation"] or now != [wanted] * 4:
            found.append(f"{name(item)}: of {wanted} there are, updated, ready, available: {now}")
    return found


def settled(namespace, seconds=60):
    until(seconds, lambda: "; ".join(unsettled(namespace) + warnings(namespace)), lambda: not unsettled(namespace))


# There is no metrics-server; the scheduler tries again; and a case starts jobs of a CronJob by hand.
EXPECTED = {"FailedGetResourceMetric", "FailedComputeMetricsReplicas", "FailedScheduling", "UnexpectedJob"}


def warnings(namespace):
    return [f"{it['involvedObject']['kind']}/{it['involvedObject']['name']}: {it['reason']}: {it.get('message')}"
            for it in get("events", namespace) if it["type"] != "Normal" and it["reason"] not in EXPECTED]


def templates(namespace):
    """The pod templates of whatever runs pods, with the owner's name."""
    found = []
    for item in get("deployments,statefulsets,cronjobs,jobs", namespace):
        spec = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
        found.append((name(item), spec["template"]))
    return found


def references(namespace):
    """Names that lead nowhere. What is optional may be away, and what is made by hand is listed above."""
    there = {name(it): it for it in get("configmaps,secrets,serviceaccounts,services,deployments", namespace)}
    found = []

    def needs(who, what, key=None):
        if what not in there:
            if what not in MADE_BY_HAND:
                found.append(f"{who} needs {what}")
        elif key is not None and key not in there[what].get("data", {}):
            found.append(f"{who} needs {key} of {what}")

    for owner, template in templates(namespace):
        spec = template["spec"]
        needs(owner, "ServiceAccount/" + spec.get("serviceAccountName", "default"))
        for volume in spec.get("volumes", []):
            for field, kind, key in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
                source = volume.get(field)
                if source and not source.get("optional"):
                    needs(owner, f"{kind}/{source[key]}")
                    for item in source.get("items", []):
                        needs(owner, f"{kind}/{source[key]}", item["key"])
        for container in spec["containers"]:
            for source in container.get("envFrom", []):
                for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                    if field in source and not source[field].get("optional"):
                        needs(owner, f"{kind}/{source[field]['name']}")
            for variable in container.get("env", []):
                for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                    source = variable.get("valueFrom", {}).get(field)
                    if source and not source.get("optional"):
                        needs(owner, f"{kind}/{source['name']}", source["key"])
    for item in get("statefulsets", namespace):
        needs(name(item), "Service/" + item["spec"]["serviceName"])
    for item in get("horizontalpodautoscalers", namespace):
        target = item["spec"]["scaleTargetRef"]
        needs(name(item), f"{target['kind']}/{target['name']}")
    for item in get("ingresses", namespace):
        for rule in item["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend(found, name(item), there, path["backend"]["service"]["name"],
                        path["backend"]["service"]["port"])
        for tls in item["spec"].get("tls", []):
            needs(name(item), "Secret/" + tls["secretName"])
    if kubectl("get", "httproutes", "-n", namespace, status=None).returncode == 0:
        for item in get("httproutes", namespace):
            for rule in item["spec"]["rules"]:
                for it in rule["backendRefs"]:
                    backend(found, name(item), there, it["name"], {"number": it["port"]})
    return found


def backend(found, who, there, service, port):
    ports = there.get("Service/" + service, {"spec": {"ports": []}})["spec"]["ports"]
    if not any(port.get("name") == it.get("name") or port.get("number") == it["port"] for it in ports):
        found.append(f"{who} leads to {service} {port}, which is not there")


def endpoints(namespace):
    """Services that reach no pod, or a port that the pod does not have."""
    pods = get("pods", namespace)
    slices = get("endpointslices", namespace)
    found = []
    for service in get("services", namespace):
        mine = [pod for pod in pods if matches(service["spec"].get("selector"), pod["metadata"].get("labels", {}))
                and pod["status"].get("phase") == "Running"]
        led = [it for it in slices if it["metadata"]["labels"]["kubernetes.io/service-name"] == service["metadata"]["name"]]
        ready = sum(1 for it in led for end in it.get("endpoints") or [] if end["conditions"].get("ready"))
        if not mine or ready != len(mine):
            found.append(f"{name(service)} reaches {ready} of {len(mine)} pods")
        offered = {port["name"]: port["containerPort"] for pod in mine for container in pod["spec"]["containers"]
                   for port in container.get("ports", [])}
        for port in service["spec"]["ports"]:
            number = offered.get(port["targetPort"], port["targetPort"])
            got = {it["port"] for one in led for it in one.get("ports") or [] if it["name"] == port.get("name", "")}
            if got != {number} or number not in offered.values():
                found.append(f"{name(service)} port {port.get('name')} leads to {got}, pods have {offered}")
    return found


def budgets(namespace):
    found = []
    for item in get("poddisruptionbudgets", namespace):
        status = item.get("status", {})
        if not status.get("expectedPods") or status.get("disruptionsAllowed") != 1:
            found.append(f"{name(item)}: {status}")
    return found


def secluded(namespace):
    """Pods that could speak to the API server, and policies that choose no pod."""
    pods = get("pods", namespace)
    found = [f"{name(pod)} carries a token" for pod in pods
             if any("serviceAccountToken" in source for volume in pod["spec"].get("volumes", [])
                    for source in volume.get("projected", {}).get("sources", []))]
    for item in get("networkpolicies", namespace):
        selector = item["spec"]["podSelector"].get("matchLabels")
        if selector and not any(matches(selector, pod["metadata"]["labels"]) for pod in pods):
            found.append(f"{name(item)} chooses no pod")
    return found


def everything(namespace):
    return [fault for ask in (references, endpoints, budgets, secluded, warnings) for fault in ask(namespace)]
