"""What stands around the example: an issuer of tokens, a relay before Redis, and Envoy itself."""
import base64
import http.server
import json
import re
import socket
import ssl
import subprocess
import threading
import time
import urllib.request

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://issuer.example.com"
AUDIENCE = "https://mcp.example.com/api/mcp"


def await_true(read, seconds, what):
    """How long it took."""
    began = time.monotonic()
    while not read():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - began


class Issuer:
    """Publishes its key over TLS, and signs."""

    def __init__(self, tls, certificate, port=0):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self.key.public_key().public_numbers()
        keys = {"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256",
                          "n": text(numbers.n), "e": text(numbers.e)}]}
        self.asked = 0
        issuer = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                body = json.dumps(keys).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls / f"{certificate}.crt", tls / f"{certificate}.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        # Who refuses the certificate breaks off, and the suite sees that by Envoy's own count.
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        # For a server of this suite, which does not know the authority.
        self.plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        for server in (self.server, self.plain):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def token(self, subject="alice", issuer=ISSUER, audience=AUDIENCE, seconds=600, **claims):
        now = int(time.time())
        return jwt.encode({"iss": issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + seconds, **claims},
                          self.key, "RS256", {"kid": "one"})


def text(number):
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


class Relay:
    """Leads to a Redis, which can be gone or hold still."""

    def __init__(self, port):
        self.to = port
        self.open = threading.Event()
        self.open.set()
        self.gone = False
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            if self.gone:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.to))
            self.sockets += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self.lead, args=(one, other), daemon=True).start()

    def lead(self, one, other):
        try:
            while found := one.recv(65536):
                self.open.wait()
                other.sendall(found)
        except OSError:
            pass
        one.close()
        other.close()

    def cut(self):
        self.gone = True
        for it in self.sockets:
            try:
                it.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.sockets.clear()


class Envoy:
    """One Envoy with a configuration."""

    def __init__(self, setup, name, configuration):
        self.folder = setup.work / name
        self.folder.mkdir()
        (self.folder / "envoy.yaml").write_text(configuration)
        self.log = (self.folder / "log").open("w")
        self.process = subprocess.Popen(
            [setup.envoy, "-c", self.folder / "envoy.yaml", "--concurrency", "1", "--use-dynamic-base-id", "-l", "warning",
             "--admin-address-path", self.folder / "admin", "--config-yaml",
             "admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }"],
            stdout=self.log, stderr=self.log)
        admin = self.folder / "admin"
        await_true(lambda: self.process.poll() is not None or admin.exists() and admin.read_text(), 20, "Envoy's start")
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        self.admin = admin.read_text()
        # It takes no calls until it has asked the issuer for its keys.
        await_true(lambda: self.read("ready").strip() == "LIVE", 20, "Envoy's listeners")
        listening = json.loads(self.read("listeners?format=json"))["listener_statuses"]
        self.port = listening[0]["local_address"]["socket_address"]["port_value"]

    def read(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.admin}/{path}", timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.read().decode()

    def stat(self, name):
        return int(re.search(rf"^{re.escape(name)}: (\d+)$", self.read(f"stats?filter=^{re.escape(name)}$"), re.M)[1])

    def healthy(self, cluster):
        return int(re.search(r": (\d+)$", self.read(f"stats?filter=^cluster.{cluster}.membership_healthy$"), re.M)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def shipped(setup, sessions, behind, issuer):
    """The example, with addresses and certificates of this machine put in, and nothing else."""
    example = (setup.root / "k8s/examples/ext-authz/envoy.yaml").read_text()
    for wanted, here in ((("0.0.0.0", 8000), [0]), (("mcp-session-grpc.mcp-session.svc", 9090), sessions),
                         (("mcp-server", 8080), [behind]), (("issuer.example.com", 443), [issuer])):
        example = placed(example, wanted, here)
    return certified(setup, example)


def certified(setup, configuration):
    return re.sub(r"/etc/[^ }]*\.crt", f"{setup.tls}/ca.crt",
                  configuration.replace("/etc/envoy/tls/tls.", f"{setup.tls}/envoy."))


def placed(example, wanted, here):
    """An example whose one endpoint of an address is as many as are here."""
    address = f"{{ address: {wanted[0]}, port_value: {wanted[1]} }}"
    found = re.findall(r"(?: *- endpoint:\n)? *address:\n *socket_address: " + re.escape(address) + "\n", example)
    if len(found) != 1:
        raise AssertionError(f"the example has {len(found)} addresses {address}")
    return example.replace(found[0], "".join(
        found[0].replace(address, f"{{ address: 127.0.0.1, port_value: {port} }}") for port in here))
