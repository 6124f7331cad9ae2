"""This server itself behind the example: its answers arrive whatever they are, by HTTP/1.1 and HTTP/2 on either side."""
import http.client
import json
import re

from calls import INITIALIZE, MCP, Stream2, body, call, call2, settled, stateless
from cases import case, equal
from parts import await_true

SIZES = (1_000, 65_535, 65_536, 1_000_000, 4_000_000)


def over_http2(example):
    """The example with the other protocol towards the MCP server."""
    wanted = "explicit_http_config: { http_protocol_options: {} }"
    equal(example.count(wanted), 1)
    return example.replace(wanted, "explicit_http_config: { http2_protocol_options: {} }")


def ways(s):
    """All pairs of protocols, each with a token of the issuer and with one of this server."""
    for upstream, envoy in s.real.items():
        for way in (call, call2):
            for token in (s.issuer.token(), s.token):
                yield envoy.port, way, token


def opened(port, way, token):
    answer = settled(way, port, token, body("initialize", INITIALIZE))
    equal(answer.status, 200)
    return [("mcp-session-id", answer.every("mcp-session-id")[0])]


def result(answer):
    equal(answer.status, 200)
    text = answer.body.decode()
    data = re.search(r"^data: (.+)$", text, re.M)
    return json.loads(data[1] if data else text)["result"]


def waiting(s):
    """How many tools run, and how many were cancelled so far."""
    headers, content = stateless("tools/call", {"name": "waiting", "arguments": {}})
    return [int(it) for it in result(settled(call, s.patient.mcp, s.token, content, headers))["content"][0]["text"].split()]


@case
def sessions_from_beginning_to_end(s):
    for port, way, token in ways(s):
        own = opened(port, way, token)
        equal(own != opened(port, way, token), True)
        listed = settled(way, port, token, body("tools/list"), own)
        equal("text" in {it["name"] for it in result(listed)["tools"]}, True)
        equal(listed.every("mcp-session-id"), [own[0][1]])
        other = s.token if token != s.token else s.issuer.token("bob")
        equal(settled(way, port, other, body("tools/list"), own).status, 404)
        equal(settled(way, port, token, headers=own, verb="DELETE").status in (200, 202, 204), True)
        equal(settled(way, port, token, body("tools/list"), own).status, 404)


@case
def answers_of_any_size_arrive_whole(s):
    for port, way, token in ways(s):
        own = opened(port, way, token)
        for size in SIZES:
            params = {"name": "text", "arguments": {"size": str(size)}}
            for headers, content in ((own, body("tools/call", params)), stateless("tools/call", params)):
                text = result(settled(way, port, token, content, headers, timeout=60))["content"][0]["text"]
                equal((len(text), set(text)), (size, {"x"}))


@case
def streams_begin_at_once_and_end_when_clients_leave(s):
    headers, content = stateless("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    wait_headers, wait = stateless("tools/call", {"name": "wait", "arguments": {}})
    for port, way, token in ways(s):
        begun = []
        if way is call2:
            with Stream2(port, token, content, headers) as stream:
                while b"\n\n" not in stream.body:
                    equal(stream.ended, False)
                    stream.read()
                stream.leave()
            stream = Stream2(port, token, wait, wait_headers)
            begun.append(stream.socket)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("POST", "/api/mcp", content,
                               dict([*MCP, *headers, ("authorization", "Bearer " + token)]))
            answer = connection.getresponse()
            equal((answer.status, answer.headers["content-type"]), (200, "text/event-stream"))
            while answer.readline().strip():
                pass
            connection.close()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("POST", "/api/mcp", wait,
                               dict([*MCP, *wait_headers, ("authorization", "Bearer " + token)]))
            begun.append(connection.sock)
        _, cancelled = waiting(s)
        await_true(lambda: waiting(s)[0] == 1, 10, "arrived")
        begun[0].close()
        await_true(lambda: waiting(s) == [0, cancelled + 1], 10, "cancelled")


@case
def clients_learn_where_to_get_a_token(s):
    for envoy in s.real.values():
        for way in (call, call2):
            challenge = settled(way, envoy.port).every("www-authenticate")[0]
            path = re.search(r'resource_metadata="https://mcp.example.com([^"]*)"', challenge)[1]
            answer = settled(way, envoy.port, verb="GET", path=path)
            equal((answer.status, json.loads(answer.body)["authorization_servers"]), (200, ["https://issuer.example.com"]))
