"""What Envoy does to a server behind it: large answers over h2c, and clients that leave.

Arguments: Envoy's admin address, the server's gRPC, admin and MCP addresses, a token, and the server's process id.
Prints a line a case and at last the counts.
"""
import concurrent.futures
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

import grpc

from mcpsession.v1 import session_service_pb2 as api
from mcpsession.v1 import session_service_pb2_grpc as service

MANY = 1000
SESSIONS = 100
SOON = 1.0
CASES = []
STATELESS = {"Mcp-Protocol-Version": "2026-07-28"}


def case(test):
    CASES.append(test)
    return test


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} instead of {wanted!r}")


def listeners(admin):
    with urllib.request.urlopen(f"http://{admin}/listeners?format=json", timeout=5) as answer:
        found = json.load(answer)["listener_statuses"]
    return {it["name"]: it["local_address"]["socket_address"]["port_value"] for it in found}


class Setup:

    def __init__(self, admin, grpc_address, server_admin, mcp, token, pid):
        ports = listeners(admin)
        self.admin = admin
        self.server_admin = server_admin
        self.direct = mcp
        self.proxied = f"127.0.0.1:{ports['mcp']}"
        self.grpc = f"127.0.0.1:{ports['grpc']}"
        self.headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json",
                        "Accept": "application/json, text/event-stream"}
        self.pid = pid

    def call(self, address, method, params=None, headers=None, stateless=False):
        """The answer to one call."""
        host, port = address.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        try:
            connection.request("POST", "/api/mcp", self.body(method, params, stateless),
                               {**self.headers, **(self.of_era(method, params) if stateless else {}), **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode()
            equal(answer.status, 200)
            data = re.search(r"^data: (.+)$", text, re.M)
            return json.loads(data.group(1) if data else text), answer.headers
        finally:
            connection.close()

    @staticmethod
    def of_era(method, params):
        name = (params or {}).get("name")
        return {**STATELESS, "Mcp-Method": method, **({"Mcp-Name": name} if name else {})}

    @staticmethod
    def body(method, params, stateless):
        params = dict(params or {})
        if stateless:
            params["_meta"] = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                               "io.modelcontextprotocol/clientInfo": {"name": "envoy-suite", "version": "1"},
                               "io.modelcontextprotocol/clientCapabilities": {}}
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()

    def leave_open(self, verb, headers, body=b""):
        """A socket with a request on it whose answer is going to last."""
        host, port = self.proxied.split(":")
        client = socket.create_connection((host, int(port)), timeout=30)
        lines = [f"{verb} /api/mcp HTTP/1.1", f"Host: {host}"] + [
            f"{name}: {value}" for name, value in {**self.headers, **headers}.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        client.sendall("\r\n".join(lines + ["", ""]).encode() + body)
        return client

    def initialize(self):
        _, headers = self.call(self.proxied, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                                            "clientInfo": {"name": "envoy-suite", "version": "1"}})
        return headers["Mcp-Session-Id"]

    def metric(self, name):
        with urllib.request.urlopen(f"http://{self.server_admin}/metrics", timeout=5) as answer:
            found = re.findall(rf"^{name}(?:\{{[^}}]*\}})? ([0-9.]+)", answer.read().decode(), re.M)
        if not found:
            raise AssertionError("no metric " + name)
        return int(sum(float(value) for value in found))

    def waiting(self):
        """How many tools run, and how many were cancelled so far."""
        answer, _ = self.call(self.direct, "tools/call", {"name": "waiting", "arguments": {}}, stateless=True)
        return [int(it) for it in answer["result"]["content"][0]["text"].split()]

    def virtual_threads(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "threads")
            subprocess.run(["jcmd", self.pid, "Thread.dump_to_file", path], check=True, stdout=subprocess.DEVNULL)
            with open(path, encoding="utf-8") as dump:
                return sum(1 for line in dump if re.match(r'^#\d+ ".*" virtual', line))

    def envoy(self, cluster, name):
        with urllib.request.urlopen(f"http://{self.admin}/stats?filter=cluster.{cluster}.{name}$", timeout=5) as answer:
            return int(answer.read().decode().split(": ")[1])


def await_equal(read, wanted, seconds, what):
    """How long it took until something was as it shall be."""
    began = time.monotonic()
    while True:
        found = read()
        if found == wanted:
            return time.monotonic() - began
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{what}: {found} instead of {wanted} after {seconds} s")
        time.sleep(0.02)


def left(s, sockets, arrived, over):
    """Waits until all requests arrived, leaves them, and waits until nothing is left of them."""
    threads = s.virtual_threads()
    await_equal(*arrived, 30, "arrived")
    connections = s.envoy("mcp", "upstream_cx_total")
    for client in sockets:
        client.close()
    took = await_equal(*over, SOON, "still there")
    await_equal(lambda: s.virtual_threads() < threads - len(sockets) // 2, True, SOON + 1, "threads gone")
    s.call(s.proxied, "ping", headers={"Mcp-Session-Id": s.initialize()})
    equal(s.envoy("mcp", "upstream_cx_total"), connections)
    equal(s.envoy("mcp", "upstream_cx_destroy_remote"), 0)
    return f"{len(sockets)} gone after {took:.2f} s"


@case
def answers_of_any_size_arrive_whole(s):
    for size in (1_000, 16_384, 60_000, 65_535, 65_536, 100_000, 1_000_000, 4_000_000):
        for stateless in (False, True):
            answer, _ = s.call(s.proxied, "tools/call", {"name": "text", "arguments": {"size": str(size)}},
                               headers={} if stateless else {"Mcp-Session-Id": s.initialize()}, stateless=stateless)
            equal(answer["result"]["content"][0]["text"] == "x" * size, True)


@case
def many_large_answers_at_once_arrive_whole(s):
    def large(_):
        answer, _ = s.call(s.proxied, "tools/call", {"name": "text", "arguments": {"size": "300000"}}, stateless=True)
        return len(answer["result"]["content"][0]["text"])
    with concurrent.futures.ThreadPoolExecutor(32) as callers:
        equal(set(callers.map(large, range(320))), {300_000})


@case
def subscriptions_that_clients_leave_end(s):
    before = s.metric("mcp_streams_open")
    body = s.body("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, True)
    sockets = [s.leave_open("POST", s.of_era("subscriptions/listen", None), body) for _ in range(MANY)]
    return left(s, sockets, (lambda: s.metric("mcp_streams_open"), before + MANY),
                (lambda: s.metric("mcp_streams_open"), before))


@case
def get_streams_that_clients_leave_end(s):
    before = s.metric("mcp_streams_open")
    sockets = [s.leave_open("GET", {"Mcp-Session-Id": s.initialize(), "Accept": "text/event-stream"})
               for _ in range(SESSIONS)]
    return left(s, sockets, (lambda: s.metric("mcp_streams_open"), before + SESSIONS),
                (lambda: s.metric("mcp_streams_open"), before))


@case
def slow_calls_that_clients_leave_are_cancelled(s):
    _, cancelled = s.waiting()
    params = {"name": "wait", "arguments": {}}
    body = s.body("tools/call", params, True)
    sockets = [s.leave_open("POST", s.of_era("tools/call", params), body) for _ in range(MANY)]
    told = left(s, sockets, (s.waiting, [MANY, cancelled]), (s.waiting, [0, cancelled + MANY]))
    await_equal(lambda: s.metric("mcp_calls_running"), 0, SOON, "calls")
    return told


@case
def watches_that_clients_cancel_end(s):
    with grpc.insecure_channel(s.grpc) as channel:
        stub = service.SessionServiceStub(channel)
        stub.CountSessions(api.CountSessionsRequest(), timeout=5)
        threads = s.virtual_threads()
        watches = []
        for _ in range(500):
            watches.append(stub.WatchSessions(api.WatchSessionsRequest()))
            equal(next(watches[-1]).kind, api.SESSION_EVENT_KIND_CHECKPOINT)
        equal(s.virtual_threads() >= threads + len(watches), True)
        connections = s.envoy("grpc", "upstream_cx_total")
        for watch in watches:
            watch.cancel()
        took = await_equal(lambda: s.virtual_threads() <= threads + len(watches) // 10, True, SOON + 1, "threads gone")
        stub.CountSessions(api.CountSessionsRequest(), timeout=5)
        equal(s.envoy("grpc", "upstream_cx_total"), connections)
        return f"{len(watches)} gone after {took:.2f} s"


@case
def long_lists_and_watches_pass_over_grpc(s):
    owner = api.Principal(subject="envoy-suite")
    with grpc.insecure_channel(s.grpc) as channel:
        stub = service.SessionServiceStub(channel)
        watch = stub.WatchSessions(api.WatchSessionsRequest(owner=owner), timeout=60)
        next(watch)
        for _ in range(10):
            stub.CreateSession(api.CreateSessionRequest(owner=owner, protocol_version="2025-11-25", attributes={
                str(at): "x" * 4096 for at in range(32)}), timeout=10)
        found = stub.ListSessions(api.ListSessionsRequest(owner=owner, page_size=1000), timeout=10).sessions
        equal(len(found), 10)
        for _ in range(500):
            made = stub.CreateSession(api.CreateSessionRequest(owner=owner, protocol_version="2025-11-25"), timeout=10)
            stub.DeleteSession(api.DeleteSessionRequest(session_id=made.session_id), timeout=10)
        kinds = []
        while kinds.count(api.SESSION_EVENT_KIND_ENDED) < 500:
            kinds.append(next(watch).kind)
        equal(kinds.count(api.SESSION_EVENT_KIND_CREATED), 510)
        watch.cancel()


def main(setup):
    passed = failed = 0
    for test in CASES:
        try:
            told = test(setup)
            passed += 1
            print(f"ok    {test.__name__}{': ' + told if told else ''}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL  {test.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Setup(*sys.argv[1:])))
