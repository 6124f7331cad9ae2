"""What is away is 503 and soon, whoever it is; 401, 403 or 404 would make clients give up what is still good."""
import contextlib
import signal
import socket
import time

from calls import body, call, goes_on
from cases import case, equal
from parts import Envoy, Issuer, Relay, shipped
from replicas import Replica

SOON = 2.0


def unavailable(port, token, **request):
    began = time.monotonic()
    equal(call(port, token, **request).status, 503)
    took = time.monotonic() - began
    if took > SOON:
        raise AssertionError(f"503 after {took:.2f} s")
    return took


def envoy(s, name, replica, issuer=None):
    return Envoy(s, name, shipped(s, [replica.grpc], s.behind.port, issuer or s.issuer.port))


@contextlib.contextmanager
def replica(s, name, redis, **settings):
    made = Replica(s, name, redis, **settings)
    try:
        yield made
    finally:
        made.stop(signal.SIGKILL)


@case
def redis_away(s):
    relay = Relay(s.redis)
    with replica(s, "on-relay", relay.port) as on_relay, envoy(s, "redis-away", on_relay) as asking:
        port = asking.port
        own = {"headers": [("mcp-session-id", s.open("alice"))]}
        for token, request in ((s.issuer.token(), own), (s.token, {})):
            goes_on(port, token, **request)
            before = s.behind.calls
            relay.open.clear()
            held = unavailable(port, token, **request)
            relay.open.set()
            goes_on(port, token, **request)
            before = s.behind.calls
            relay.cut()
            gone = unavailable(port, token, **request)
            equal(s.behind.calls, before)
            # What needs no store goes on; who shows nothing good is told so all the same.
            goes_on(port, token, content=body("initialize"))
            equal(call(port).status, 401)
            relay.gone = False
            back = goes_on(port, token, **request)
        return f"503 after {held:.2f} s held and {gone:.2f} s gone, back after {back:.2f} s"


@case
def the_session_server_away(s):
    with replica(s, "alone", s.redis) as alone, envoy(s, "server-away", alone) as asking:
        port = asking.port
        own = {"headers": [("mcp-session-id", s.open("alice"))]}
        token = s.issuer.token()
        goes_on(port, token, **own)
        alone.process.send_signal(signal.SIGSTOP)
        held = unavailable(port, token, **own)
        alone.process.send_signal(signal.SIGCONT)
        goes_on(port, token, **own)
        # It drains, and there is no other: it is asked all the same, and answers rightly until it is gone.
        alone.process.send_signal(signal.SIGTERM)
        answered = set()
        drained = 0
        while alone.process.poll() is None:
            status = call(port, token, **own).status
            answered.add(status)
            drained += status == 200
            time.sleep(0.05)
        equal((answered <= {200, 503}, drained > 10), (True, True))
        gone = unavailable(port, token, **own)
        unavailable(port, s.token)
        alone.start()
        back = goes_on(port, token, **own)
        return (f"503 after {held:.2f} s held and {gone:.2f} s gone, {drained} answers while it drained, back after"
                f" {back:.2f} s")


@case
def the_issuer_away(s):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port_of_nobody = nobody.getsockname()[1]
    with envoy(s, "issuer-away", s.first, port_of_nobody) as asking:
        port = asking.port
        token = s.issuer.token()
        unavailable(port, token)
        unavailable(port, token, headers=[("mcp-session-id", s.open("alice"))])
        # Other tokens are none of its business.
        goes_on(port, s.token)
        for bad in (None, "nonsense", s.token[:-1]):
            equal(call(port, bad).status, 401)
        # It comes: its keys are fetched without anybody asking.
        late = Issuer(s.tls, "issuer", port_of_nobody)
        return f"back after {goes_on(port, late.token()):.2f} s"
