"""The image as the pod of production has it: env, mounts, user and probes as the API server gives them, Redis with TLS.

Runs in a network namespace of its own, where the pod's ports and Redis's are free.
"""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import threading
import time

from kube import ROOT, WORK, Fault, same, until

POD = json.loads((WORK / "pod.json").read_text())
SPEC = POD["pod"]["spec"]
SERVER = SPEC["containers"][0]
IMAGE = WORK / "image/bundle/rootfs"
ENTRY = json.loads(os.environ["KUBE_ENTRY"])
# As a pod has one: what listens on loopback alone is not reached there.
ADDRESS = "10.244.0.2"
TOKEN = secrets.token_hex(16)
USER = f"{SPEC['securityContext']['runAsUser']}:{SPEC['securityContext']['runAsGroup']}"


def data(kind, name):
    """What is in a ConfigMap or Secret, as bytes."""
    item = POD["objects"][f"{kind}/{name}"]
    return {key: base64.b64decode(value) if kind == "Secret" else value.encode()
            for key, value in item.get("data", {}).items()}


def environment():
    """As the kubelet makes it; later ones win."""
    found = {"HOSTNAME": POD["pod"]["metadata"]["name"], "KUBERNETES_SERVICE_HOST": "10.96.0.1",
             "KUBERNETES_SERVICE_PORT": "443",
             # In place of the container's limit, which the JVM would read.
             "JDK_JAVA_OPTIONS": f"-XX:MaxRAM={memory()}",
             # A user who may call; the overlay leaves to whom it belongs who that is.
             "MCP_AUTH_TOKENS_0_USER": "caller", "MCP_AUTH_TOKENS_0_SHA256": hashlib.sha256(TOKEN.encode()).hexdigest()}
    for source in SERVER.get("envFrom", []):
        found.update({key: value.decode() for key, value in data("ConfigMap", source["configMapRef"]["name"]).items()})
    for variable in SERVER["env"]:
        source = variable.get("valueFrom")
        if source is None:
            found[variable["name"]] = variable["value"]
        elif "fieldRef" in source:
            same(source["fieldRef"]["fieldPath"], "metadata.name", "field of " + variable["name"])
            found[variable["name"]] = POD["pod"]["metadata"]["name"]
        else:
            key = source["secretKeyRef"]
            if f"Secret/{key['name']}" in POD["objects"]:
                found[variable["name"]] = data("Secret", key["name"])[key["key"]].decode()
            elif not key.get("optional"):
                raise Fault(f"{variable['name']} needs {key}")
    return found


def memory():
    limit = SERVER["resources"]["limits"]["memory"]
    if not limit.endswith("Mi"):
        raise Fault(f"a limit of {limit}")
    return int(limit[:-2]) << 20


class Volume:
    """As the kubelet writes it: files behind a link, which is turned when they change, all at once."""

    def __init__(self, name):
        self.folder, self.turns = WORK / "volumes" / name, 0
        self.folder.mkdir(parents=True)

    def write(self, files):
        self.turns += 1
        there = self.folder / f"..{self.turns}"
        there.mkdir()
        for file, content in files.items():
            (there / file).write_bytes(content)
        os.symlink(there.name, self.folder / "..next")
        os.replace(self.folder / "..next", self.folder / "..data")
        for file in files:
            if not (self.folder / file).is_symlink():
                os.symlink(f"..data/{file}", self.folder / file)


def volumes():
    """The commands that mount them, and the volumes."""
    made, mounts, given = {}, [], {it["name"]: it for it in SPEC["volumes"]}
    for mount in SERVER["volumeMounts"]:
        volume, at = given[mount["name"]], f"{IMAGE}{mount['mountPath']}"
        os.makedirs(at, exist_ok=True)
        if "emptyDir" in volume:
            size = volume["emptyDir"]["sizeLimit"].replace("Mi", "m")
            mounts.append(f"mount -t tmpfs -o mode=1777,size={size} tmpfs {at}")
            continue
        made[mount["name"]] = Volume(mount["name"])
        made[mount["name"]].write(content(volume))
        mounts.append(f"mount --bind {made[mount['name']].folder} {at} && mount -o remount,bind,ro {at}")
    return made, mounts


def content(volume):
    kind, source = ("ConfigMap", volume["configMap"]) if "configMap" in volume else ("Secret", volume["secret"])
    there = data(kind, source.get("name") or source["secretName"])
    return {item["path"]: there[item["key"]] for item in source["items"]} if "items" in source else there


def redis(*arguments):
    done = subprocess.run(["redis-cli", "--tls", "--cacert", WORK / "redis/ca.pem", "-h", "redis.example.com", "-p", "6380",
                           "--no-auth-warning", "--user", "admin", "--pass", "admin", *arguments],
                          capture_output=True, text=True, timeout=10)
    return done.stdout.strip()


def start_redis():
    """Where production says it is, with the certificate that ca.crt has signed, and the user it names."""
    password = data("Secret", "mcp-session-redis")["password"].decode()
    acl = WORK / "redis/users.acl"
    acl.write_text(f"user default off\nuser admin on >admin ~* &* +@all\nuser mcp-session on >{password} ~* &* +@all\n")
    started = subprocess.Popen(["redis-server", "--port", "0", "--tls-port", "6380", "--bind", "127.0.0.1",
                                "--tls-cert-file", WORK / "redis/redis.pem", "--tls-key-file", WORK / "redis/redis.key",
                                "--tls-auth-clients", "no", "--aclfile", acl, "--save", "", "--dir", WORK / "redis"],
                               stdout=open(WORK / "redis.log", "w"))
    until(10, "Redis", lambda: redis("PING") == "PONG")
    return started


class Container:
    def __init__(self):
        self.volumes, mounts = volumes()
        (IMAGE / "etc/hosts").write_text("127.0.0.1 localhost redis.example.com\n")
        context = SERVER["securityContext"]
        if not context["readOnlyRootFilesystem"] or context["capabilities"]["drop"] != ["ALL"]:
            raise Fault(f"{context} is not what is started here")
        variables = " ".join(shlex.quote(f"{key}={value}") for key, value in environment().items())
        enter = f"{shutil.which('chroot')} --userspec={USER} --groups={SPEC['securityContext']['fsGroup']} {IMAGE}"
        program = f"{shutil.which('setpriv')} --no-new-privs {enter} {shlex.join(ENTRY)}"
        script = WORK / "start"
        script.write_text("\n".join(["set -eu", f"source {ROOT}/src/test/image.sh", f"mount_root {IMAGE}", *mounts,
                                     f"exec env -i {variables} {program}"]))
        self.log = WORK / "server.log"
        self.begin = time.monotonic()
        self.outer = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "bash", script],
                                      stdout=open(self.log, "w"), stderr=subprocess.STDOUT, cwd=ROOT)
        children = pathlib.Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children")
        self.pid = int(until(5, "the server's process", lambda: children.read_text().split())[0])

    def end(self):
        """It changed its user, so that the end of its parent does not end it."""
        if self.outer.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.outer.wait(10)

    def status(self, field):
        return re.search(rf"^{field}:\s+(\S+)", pathlib.Path(f"/proc/{self.pid}/status").read_text(), re.M).group(1)

    def probe(self, kind):
        """The status a kubelet would see."""
        probe = SERVER[kind]
        ports = {port["name"]: port["containerPort"] for port in SERVER["ports"]}
        return request("GET", probe["httpGet"]["path"], port=ports[probe["httpGet"]["port"]],
                       timeout=probe["timeoutSeconds"])[0]

    def probed(self, kind):
        """Asks as often as the kubelet would, and no longer."""
        probe = SERVER[kind]
        end = self.begin + probe["periodSeconds"] * probe["failureThreshold"]
        while self.probe(kind) not in range(200, 400):
            if self.outer.poll() is not None or time.monotonic() > end:
                raise Fault(f"{kind} fails: {self.log.read_text()[-3000:]}")
            time.sleep(0.05)
        return time.monotonic() - self.begin


def request(method, path, port=8080, body=None, headers=None, timeout=10):
    """Status, headers and body; 0 where nobody answers."""
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, {}, b""
    finally:
        connection.close()


class Calls:
    """Eight callers of a session, each call on a connection of its own."""

    def __init__(self):
        self.headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json",
                        "Accept": "application/json, text/event-stream", "X-Forwarded-For": "192.0.2.1"}
        status, headers, body = self.call("initialize", protocolVersion="2025-11-25", capabilities={},
                                          clientInfo={"name": "pod", "version": "1"})
        same(status, 200, f"initialize {body}")
        self.headers |= {"Mcp-Session-Id": headers["Mcp-Session-Id"], "MCP-Protocol-Version": "2025-11-25"}
        self.over, self.answers = threading.Event(), []
        self.threads = [threading.Thread(target=self.caller) for _ in range(8)]

    def call(self, method, **parameters):
        return request("POST", "/api/mcp", headers=self.headers, body=json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}))

    def caller(self):
        while not self.over.is_set():
            status, _, body = self.call("tools/list")
            self.answers.append(status if b'"tools"' in body else f"{status} {body[:200]}")
            time.sleep(0.02)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def wrong(self):
        return [it for it in self.answers if it != 200]
