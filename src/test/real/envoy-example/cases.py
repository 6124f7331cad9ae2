"""Runs the cases against the example. Arguments: see run.sh."""
import contextlib
import sys
import time
import traceback

CASES = []


def case(test):
    CASES.append(test)
    return test


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} instead of {wanted!r}")


def main(arguments):
    import cases_decisions  # noqa: F401
    import cases_drain  # noqa: F401
    import cases_outage  # noqa: F401
    import cases_tls  # noqa: F401
    import cases_traffic
    from calls import Behind
    from parts import AUDIENCE, ISSUER, Envoy, Issuer, shipped
    from replicas import Replica, Setup

    s = Setup(*arguments)
    s.issuer = Issuer(s.tls, "issuer")
    s.forger = Issuer(s.tls, "forged-issuer")
    s.behind = Behind()
    passed = failed = 0
    with contextlib.ExitStack() as parts:
        def started(*more, **settings):
            made = Replica(s, *more, **settings)
            parts.callback(made.stop)
            return made
        s.first = started("first", s.redis, MCP_DRAIN_DELAY="0s")
        # This server with tools that take their time, which verifies tokens of the issuer itself as well.
        s.patient = started("patient", s.redis, main="io.mcpsession.testing.PatientServer", MCP_HTTP_HTTP2="true",
                            MCP_AUTH_RESOURCE=AUDIENCE, MCP_AUTH_ISSUERS_0_ISSUER=ISSUER, MCP_DRAIN_DELAY="0s",
                            MCP_AUTH_ISSUERS_0_JWKS_URI=f"http://127.0.0.1:{s.issuer.plain.server_address[1]}/keys")
        s.shipped = parts.enter_context(Envoy(s, "shipped", shipped(s, [s.first.grpc], s.behind.port, s.issuer.port)))
        behind = shipped(s, [s.first.grpc], s.patient.mcp, s.issuer.port)
        s.real = {"HTTP/1.1": parts.enter_context(Envoy(s, "http1", behind)),
                  "HTTP/2": parts.enter_context(Envoy(s, "http2", cases_traffic.over_http2(behind)))}
        wanted = sys.argv[8:]
        for test in [it for it in CASES if not wanted or it.__name__ in wanted]:
            began = time.monotonic()
            try:
                told = test(s)
                passed += 1
                print(f"ok    {test.__name__}{': ' + told if told else ''} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL  {test.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"envoy example: {passed} ok, {failed} failed, {s.decisions} decisions")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    # The cases register with this very module, not with a second copy of it.
    sys.modules["cases"] = sys.modules["__main__"]
    sys.exit(main(sys.argv[1:8]))
