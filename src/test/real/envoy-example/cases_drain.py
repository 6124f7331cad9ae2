"""Two replicas are started anew in turn, under load, behind health checks: no call is lost on any way."""
import collections
import contextlib
import http.client
import pathlib
import signal
import threading
import time

import grpc

from calls import INITIALIZE, body, call, call2
from cases import case, equal
from mcpsession.v1 import session_service_pb2 as api
from mcpsession.v1 import session_service_pb2_grpc as service
from parts import ISSUER, Envoy, await_true, certified, shipped
from replicas import Replica


def front(s, first, second):
    text = pathlib.Path(__file__).with_name("front.yaml").read_text()
    for name, it in (("FIRST", first), ("SECOND", second)):
        for label, port in (("ADMIN", it.admin), ("MCP", it.mcp), ("GRPC", it.grpc)):
            text = text.replace(f"{name}_{label}", str(port))
    return certified(s, text)


class Load:
    """Callers, each of its own kind, until told to stop."""

    def __init__(self):
        self.over = threading.Event()
        self.counts = collections.Counter()
        self.threads = []

    def add(self, kind, ask):
        def go():
            while not self.over.is_set():
                try:
                    said = ask()
                except (OSError, http.client.HTTPException, grpc.RpcError) as e:
                    said = repr(e)[:200]
                self.counts[kind, said] += 1
                time.sleep(0.03)
        self.threads.append(threading.Thread(target=go, daemon=True))
        self.threads[-1].start()

    def stop(self):
        self.over.set()
        for it in self.threads:
            it.join(30)
        return self.counts


@case
def replicas_started_anew_lose_nothing(s):
    with contextlib.ExitStack() as parts:
        replicas = []
        for name in ("one", "two"):
            replicas.append(Replica(s, name, s.redis, MCP_HTTP_HTTP2="true"))
            parts.callback(replicas[-1].stop, signal.SIGKILL)
        asking = parts.enter_context(
            Envoy(s, "drain", shipped(s, [it.grpc for it in replicas], s.behind.port, s.issuer.port)))
        proxy = parts.enter_context(Envoy(s, "front", front(s, *replicas)))
        stub = service.SessionServiceStub(parts.enter_context(grpc.insecure_channel(f"127.0.0.1:{proxy.port}")))
        checked = ((asking, "session-server"), (proxy, "mcp"), (proxy, "mcp-http2"), (proxy, "sessions"))

        def healthy():
            return [envoy.healthy(cluster) for envoy, cluster in checked]
        await_true(lambda: healthy() == [2, 2, 2, 2], 60, "all healthy")
        load = Load()
        parts.callback(load.stop)
        own, token = s.open("alice"), s.issuer.token()
        opened = call(proxy.port, s.token, body("initialize", INITIALIZE))
        mine = [("mcp-session-id", opened.every("mcp-session-id")[0])]
        ask = api.ValidateSessionRequest(session_id=own, principal=api.Principal(subject="alice", issuer=ISSUER))
        load.add("ext_authz", lambda: call(asking.port, token, headers=[("mcp-session-id", own)]).status)
        load.add("ext_authz over HTTP/2", lambda: call2(asking.port, s.token, headers=mine).status)
        load.add("MCP", lambda: call(proxy.port, s.token, body("ping"), mine).status)
        load.add("MCP over HTTP/2", lambda: call2(proxy.port, s.token, body("ping"), mine, path="/http2").status)
        load.add("gRPC", lambda: api.Decision.Name(stub.ValidateSession(ask, timeout=10).decision))
        await_true(lambda: load.counts.total() > 200, 60, "calls")
        for it in replicas:
            it.process.send_signal(signal.SIGTERM)
            # It is found out while it serves on.
            await_true(lambda: healthy() == [1, 1, 1, 1], 8, "the drain found out")
            equal(it.process.poll(), None)
            it.process.wait(40)
            it.start()
            await_true(lambda: healthy() == [2, 2, 2, 2], 60, "all healthy again")
        counts = load.stop()
    equal({kind: {said for it, said in counts if it == kind} for kind, _ in counts},
          {"ext_authz": {200}, "ext_authz over HTTP/2": {200}, "MCP": {200}, "MCP over HTTP/2": {200},
           "gRPC": {"DECISION_ACTIVE"}})
    return ", ".join(f"{count} by {kind}" for (kind, _), count in sorted(counts.items())) + ", none lost"
