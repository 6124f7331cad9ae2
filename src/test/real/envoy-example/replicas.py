"""The session servers that Envoy asks, as they are deployed: with mutual TLS, on a Redis that others use as well."""
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import urllib.request

import grpc

from mcpsession.v1 import session_service_pb2 as api
from mcpsession.v1 import session_service_pb2_grpc as service
from parts import ISSUER, await_true


class Replica:
    """A session server with mutual TLS on its gRPC, on the Redis it is told."""

    def __init__(self, setup, name, redis, main="io.mcpsession.Main", **settings):
        self.setup = setup
        self.name = name
        self.main = main
        self.settings = {"MCP_STORE_REDIS_MODE": "single", "MCP_STORE_REDIS_ADDRESS": f"redis://127.0.0.1:{redis}",
                         "SERVER_HOST": "127.0.0.1", "SERVER_SOCKETS_0_HOST": "127.0.0.1",
                         "SERVER_SOCKETS_1_HOST": "127.0.0.1", "SERVER_PORT": "0", "SERVER_SOCKETS_0_PORT": "0",
                         "SERVER_SOCKETS_1_PORT": "0", "MCP_REPLICA": name, "MCP_LOG_LEVEL": "warning",
                         "MCP_LOG_AUDIT": "false", "SERVER_TLS_CLIENT_AUTH": "required",
                         "SERVER_TLS_PRIVATE_KEY_PEM_KEY_RESOURCE_PATH": f"{setup.tls}/sessions.key",
                         "SERVER_TLS_PRIVATE_KEY_PEM_CERT_CHAIN_RESOURCE_PATH": f"{setup.tls}/sessions.crt",
                         "SERVER_TLS_TRUST_PEM_CERTIFICATES_RESOURCE_PATH": f"{setup.tls}/ca.crt",
                         "MCP_GRPC_CALLERS_0_NAME": "envoy", "MCP_GRPC_CALLERS_0_SUBJECT": "CN=envoy",
                         "MCP_GRPC_CALLERS_0_ROLE": "admin", "MCP_LIMITS_PER_USER_RATE": "0",
                         "MCP_LIMITS_PER_ADDRESS_RATE": "0", "MCP_LIMITS_PER_SERVICE_RATE": "0", **setup.tokens,
                         "MCP_DRAIN_DELAY": "8s", **settings}
        self.log = setup.work / f"{name}.log"
        self.process = None
        self.start()
        # Started anew it is where it was.
        self.grpc = self.address("gRPC")
        self.admin = self.address("admin")
        self.mcp = self.address("MCP")
        self.settings.update({"SERVER_PORT": str(self.grpc), "SERVER_SOCKETS_0_PORT": str(self.mcp),
                              "SERVER_SOCKETS_1_PORT": str(self.admin)})

    def start(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(self.setup.java + [self.main], stdin=subprocess.PIPE, stdout=log,
                                            stderr=log, env={**os.environ, **self.settings})
        await_true(lambda: self.process.poll() is not None or self.address("MCP"), 300, f"start of {self.name}")
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())

    def address(self, label):
        found = re.search(rf"^ *{label} +(?:[a-z]+://)?[0-9.]+:([0-9]+)", self.log.read_text(), re.M)
        return found and int(found[1])

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(40)

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


class Setup:
    """What run.sh says, and what all cases share."""

    def __init__(self, root, work, envoy, java, classpath, redis, token):
        self.root = pathlib.Path(root)
        self.work = pathlib.Path(work)
        self.tls = self.work / "tls"
        self.envoy = envoy
        self.java = [java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                     "--sun-misc-unsafe-memory-access=allow", "-cp", classpath]
        self.redis = int(redis)
        self.token = token
        self.tokens = {"MCP_AUTH_TOKENS_0_USER": "dev", "MCP_AUTH_TOKENS_0_NAME": "dev",
                       "MCP_AUTH_TOKENS_0_SHA256": hashlib.sha256(token.encode()).hexdigest()}
        self.decisions = 0

    def channel(self, port):
        return grpc.secure_channel(f"127.0.0.1:{port}", grpc.ssl_channel_credentials(
            *((self.tls / it).read_bytes() for it in ("ca.crt", "envoy.key", "envoy.crt"))))

    def open(self, user, ended=False):
        """The id of a session of a user of the issuer, or of an API token."""
        owner = api.Principal(subject=user, issuer="" if user == "dev" else ISSUER)
        with self.channel(self.first.grpc) as channel:
            stub = service.SessionServiceStub(channel)
            made = stub.CreateSession(api.CreateSessionRequest(owner=owner, protocol_version="2025-11-25"), timeout=10)
            if ended:
                stub.DeleteSession(api.DeleteSessionRequest(session_id=made.session_id), timeout=10)
            return made.session_id
