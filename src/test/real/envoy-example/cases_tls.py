"""Whose word Envoy takes: for the keys of tokens, and for who may go on."""
import concurrent.futures
import contextlib

import grpc

from calls import call, goes_on
from cases import case, equal
from parts import Envoy, Issuer, shipped


@case
def a_token_of_the_issuer_goes_on(s):
    goes_on(s.shipped.port, s.issuer.token())


@case
def keys_behind_a_certificate_that_nobody_signed_are_no_keys(s):
    refused(s, "forged-issuer")


@case
def keys_behind_a_certificate_of_another_name_are_no_keys(s):
    refused(s, "elsewhere")


def refused(s, certificate):
    before = s.behind.calls
    forger = Issuer(s.tls, certificate)
    with Envoy(s, certificate, shipped(s, [s.first.grpc], s.behind.port, forger.port)) as envoy:
        # Not 401: it is the issuer that is not to be had.
        equal((call(envoy.port, forger.token()).status, s.behind.calls), (503, before))
        equal(forger.asked, 0)
        equal(envoy.stat("cluster.issuer.ssl.fail_verify_error") + envoy.stat("cluster.issuer.ssl.fail_verify_san") > 0,
              True)
        # What the session server vouches for needs no issuer.
        goes_on(envoy.port, s.token)


class YesMan:
    """Lets everybody go on, as a session server does that Envoy should not believe."""

    def __init__(self, tls, certificate):
        def says(answer):
            return grpc.unary_unary_rpc_method_handler(lambda _, __: answer)
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
        # An OK status with an OkHttpResponse, and SERVING.
        self.server.add_generic_rpc_handlers((
            grpc.method_handlers_generic_handler("envoy.service.auth.v3.Authorization",
                                                 {"Check": says(b"\x0a\x00\x1a\x00")}),
            grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": says(b"\x08\x01")})))
        self.port = self.server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials(
            [((tls / f"{certificate}.key").read_bytes(), (tls / f"{certificate}.crt").read_bytes())]))
        self.server.start()


@contextlib.contextmanager
def asking_yes_man(s, certificate):
    yes_man = YesMan(s.tls, certificate)
    try:
        with Envoy(s, "yes-man-" + certificate, shipped(s, [yes_man.port], s.behind.port, s.issuer.port)) as envoy:
            yield envoy
    finally:
        yes_man.server.stop(0)


@case
def a_session_server_is_known_by_its_certificate(s):
    with asking_yes_man(s, "sessions") as envoy:
        goes_on(envoy.port, None)
    for certificate in ("forged-sessions", "elsewhere"):
        before = s.behind.calls
        with asking_yes_man(s, certificate) as envoy:
            for _ in range(3):
                equal((call(envoy.port).status, s.behind.calls), (503, before))
            equal(envoy.stat("cluster.session-server.ssl.fail_verify_error") + envoy.stat(
                "cluster.session-server.ssl.fail_verify_san") > 0, True)
