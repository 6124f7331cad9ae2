"""Calls through Envoy, over HTTP/1.1 and HTTP/2, and the MCP server behind that tells what arrived."""
import http.client
import http.server
import json
import socket
import threading

import h2.config
import h2.connection
import h2.events

from parts import await_true

AGENT = {"name": "envoy-example", "version": "1"}
INITIALIZE = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": AGENT}
MCP = [("content-type", "application/json"), ("accept", "application/json, text/event-stream")]


class Answer:

    def __init__(self, status, headers, body):
        self.status = status
        self.pairs = headers
        self.body = body

    def every(self, name):
        return [value for it, value in self.pairs if it.lower() == name]

    def arrived(self):
        """The headers that came to the server behind, as a list for each name."""
        return json.loads(self.body)["headers"]


def body(method="tools/list", params=None):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}).encode()


def stateless(method, params=None):
    """Headers and body of a call of 2026-07-28."""
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientInfo": AGENT,
            "io.modelcontextprotocol/clientCapabilities": {}}
    headers = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)]
    if params and "name" in params:
        headers.append(("mcp-name", params["name"]))
    return headers, body(method, {**(params or {}), "_meta": meta})


def sent(token, content, headers, verb):
    content = body() if content is None and verb == "POST" else content or b""
    return content, [*MCP, ("content-length", str(len(content))), *headers,
                     *([("authorization", f"Bearer {token}")] if token else [])]


def call(port, token=None, content=None, headers=(), verb="POST", path="/api/mcp", timeout=20):
    """One request on a connection of its own. Headers are pairs, so that a name may come twice."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        content, headers = sent(token, content, headers, verb)
        connection.putrequest(verb, path)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(content)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def call2(port, token=None, content=None, headers=(), verb="POST", path="/api/mcp", timeout=20):
    """The same over HTTP/2. A stream that Envoy resets has status 0."""
    with Stream2(port, token, content, headers, verb, path, timeout) as stream:
        while not stream.ended:
            stream.read()
        return Answer(stream.status, stream.headers, bytes(stream.body))


def settled(way, *arguments, **request):
    """The answer, where 503 says that it could not be decided just now and is to be asked again."""
    found = []

    def asked():
        found[:] = [way(*arguments, **request)]
        return found[0].status != 503
    await_true(asked, 30, "a decision")
    return found[0]


def goes_on(port, token, seconds=30, **request):
    """Waits until it does. On the way nothing but 503 is answered."""
    def asked():
        status = call(port, token, **request).status
        if status not in (200, 503):
            raise AssertionError(f"{status} on the way back")
        return status == 200
    return await_true(asked, seconds, "back")


class Stream2:
    """One request over HTTP/2, whose answer may last."""

    def __init__(self, port, token=None, content=None, headers=(), verb="POST", path="/api/mcp", timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        # What h2 would refuse to send is for Envoy to refuse.
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            validate_outbound_headers=False, normalize_outbound_headers=False, header_encoding="utf-8"))
        self.status = 0
        self.headers = []
        self.body = bytearray()
        self.ended = False
        self.h2.initiate_connection()
        content, headers = sent(token, content, headers, verb)
        self.h2.send_headers(1, [(":method", verb), (":scheme", "http"), (":path", path),
                                 (":authority", f"127.0.0.1:{port}"), *headers], end_stream=not content)
        self.flush()
        while content and not self.ended:
            size = min(self.h2.local_flow_control_window(1), self.h2.max_outbound_frame_size, len(content))
            if not size:
                self.read()
                continue
            self.h2.send_data(1, content[:size], end_stream=size == len(content))
            content = content[size:]
            self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def read(self):
        found = self.socket.recv(65536)
        if not found:
            raise ConnectionError("Envoy closed the connection")
        for event in self.h2.receive_data(found):
            match event:
                case h2.events.ResponseReceived():
                    self.status = int(dict(event.headers)[":status"])
                    self.headers = event.headers
                case h2.events.DataReceived():
                    self.body += event.data
                    self.h2.acknowledge_received_data(event.flow_controlled_length, 1)
                case h2.events.StreamEnded() | h2.events.StreamReset():
                    self.ended = True
        self.flush()

    def leave(self):
        self.h2.reset_stream(1, 8)
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


class Behind:
    """An MCP server that keeps no sessions: it answers every request with what arrived."""

    def __init__(self):
        self.calls = 0
        # What answers say besides.
        self.says = {}
        behind = self

        class Reply(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                behind.calls += 1
                content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                arrived = {}
                for name, value in self.headers.items():
                    arrived.setdefault(name.lower(), []).append(value)
                told = json.dumps({"path": self.path, "size": len(content), "headers": arrived}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(told)))
                for name, value in behind.says.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told)

            do_GET = do_POST = do_DELETE = do_OPTIONS = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reply)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
