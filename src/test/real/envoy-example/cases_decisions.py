"""Who goes on, and what the server behind is told: each over HTTP/1.1 and over HTTP/2."""
import base64
import json

import jwt

from calls import INITIALIZE, body, call, call2, settled, stateless
from cases import case, equal
from parts import ISSUER

IDENTITY = ("x-mcp-session-user", "x-mcp-session-issuer", "x-mcp-session-id-hash", "x-mcp-session-expires")
PAGE = "https://app.example.com"
CHALLENGE = 'Bearer realm="mcp", resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource"'


def both(s, token=None, status=200, check=None, **request):
    """One request over either protocol; 503 means that it could not be decided just now, and is asked again."""
    for way in (call, call2):
        before = s.behind.calls
        found = settled(way, s.shipped.port, token, **request)
        s.decisions += 1
        if found.status != status:
            raise AssertionError(f"{way.__name__}: {found.status} instead of {status}: {found.body[:200]} for {token!r}"
                                 f" {request}")
        if status not in (200, 204):
            equal(s.behind.calls, before)
        if check:
            check(found)


def of(user):
    """What the server behind learns of a user whose session this is."""
    def check(answer):
        seen = answer.arrived()
        equal(seen["x-mcp-session-user"], [user])
        equal(seen.get("x-mcp-session-issuer"), None if user == "dev" else [ISSUER])
        equal(len(seen["mcp-session-id"]), 1)
        equal(answer.every("mcp-session-id"), seen["mcp-session-id"])
    return check


def nobody(answer):
    """Went on without a session: nothing is said of anybody."""
    seen = answer.arrived()
    equal([name for name in seen if name.startswith("x-mcp-session-") or name == "mcp-session-id"], [])
    equal(answer.every("mcp-session-id"), [])


def challenged(answer):
    equal([it.startswith(CHALLENGE) for it in answer.every("www-authenticate")], [True])


def told(user):
    def check(answer):
        equal(answer.arrived()["x-mcp-session-user"], [user])
        equal(len(answer.every("mcp-session-id")), 1)
    return check


def session(*ids):
    return [("mcp-session-id", it) for it in ids]


@case
def tokens_that_are_good(s):
    for user, token in (("alice", s.issuer.token()), ("dev", s.token)):
        both(s, token, content=body("initialize", INITIALIZE), check=nobody)
        both(s, token, headers=session(s.open(user)), check=of(user))
        both(s, token, verb="GET", headers=session(s.open(user)), check=of(user))
        # No id, and a call that is no initialize: under compat it opens a session, whose id the answer brings.
        both(s, token, check=told(user))


@case
def tokens_that_are_not(s):
    good = s.issuer.token()
    head, payload, signature = good.split(".")
    claims = {"iss": ISSUER, "sub": "alice", "aud": "https://mcp.example.com/api/mcp", "exp": 4102444800}

    def encoded(it):
        return base64.urlsafe_b64encode(json.dumps(it).encode()).rstrip(b"=").decode()
    for bad in (None, "nonsense", good[:-40], s.issuer.token(seconds=-600), s.issuer.token(nbf=4102444800),
                s.issuer.token(audience="https://other.example.com"), s.issuer.token(audience=[]),
                s.issuer.token(issuer="https://other.example.com"), s.issuer.token(subject=""),
                s.issuer.token(subject="x" * 9000), s.forger.token(), jwt.encode(claims, None, "none"),
                jwt.encode(claims, "a secret that is shared with nobody at all", "HS256", {"kid": "one"}),
                f"{head}.{encoded({**claims, 'sub': 'bob'})}.{signature}", f"{head}.{payload}."):
        both(s, bad, 401, challenged)
        both(s, bad, 401, challenged, headers=session(s.open("alice")))
        both(s, bad, 401, challenged, verb="GET", headers=session(s.open("alice")))
    both(s, None, 401, challenged, path="/api/mcp?access_token=" + good)
    both(s, None, 401, challenged, headers=[("authorization", "Basic " + good)])
    both(s, None, 401, challenged, headers=[("cookie", "access_token=" + good)])
    both(s, None, 401, challenged, headers=[("x-mcp-session-user", "alice"), ("x-mcp-session-issuer", ISSUER)])
    for verb in ("GET", "DELETE", "PUT", "OPTIONS"):
        both(s, None, 401, challenged, verb=verb)
    # One of them is good: nobody can tell which one the server behind would look at.
    both(s, None, 401, challenged, headers=[("authorization", "Bearer nonsense"), ("authorization", "Bearer " + s.token)])
    both(s, None, 401, challenged, headers=[("authorization", "Bearer " + good), ("authorization", "Bearer " + s.token)])


@case
def sessions_of_others_and_none(s):
    for user, token in (("alice", s.issuer.token()), ("dev", s.token)):
        other = "dev" if user == "alice" else "alice"
        for dead in (s.open(other), s.open("bob"), s.open(user, ended=True), s.open(user)[:-1] + "~", "made-up", "0" * 256):
            both(s, token, 404, headers=session(dead))
            both(s, token, 404, verb="DELETE", headers=session(dead))
        own = s.open(user)
        for bad in ("", "a b", "x" * 257, own + "," + own, own + ", made-up"):
            both(s, token, 400, headers=session(bad))
        both(s, token, 400, headers=session(own, own))
        both(s, token, 400, headers=session(own, s.open(other)))


@case
def what_a_client_makes_up_is_taken_away(s):
    made_up = [(name, "mallory") for name in (*IDENTITY, "x-mcp-session-role")]
    token = s.issuer.token()
    both(s, token, content=body("initialize", INITIALIZE), headers=made_up, check=nobody)

    def check(answer):
        of("alice")(answer)
        equal("mallory" in json.dumps(answer.arrived()), False)
    both(s, token, headers=made_up + session(s.open("alice")), check=check)
    own, content = stateless("tools/list")
    both(s, token, content=content, headers=own + made_up + session(s.open("alice")), check=nobody)
    # Where Envoy was called from comes last, and that is whom the server behind counts.
    both(s, token, headers=[("x-forwarded-for", "203.0.113.1")] + session(s.open("alice")), check=lambda answer: equal(
        [it.strip() != "203.0.113.1" for it in answer.arrived()["x-forwarded-for"][0].split(",")], [False, True]))


@case
def names_with_underscores_are_refused(s):
    for name in ("x_mcp_session_user", "x-mcp-session_user", "mcp_session_id", "authorization_"):
        before = s.behind.calls
        request = {"headers": [(name, "alice"), *session(s.open("alice"))]}
        equal(call(s.shipped.port, s.issuer.token(), **request).status, 400)
        equal(call2(s.shipped.port, s.issuer.token(), **request).status, 0)
        equal(s.behind.calls, before)


@case
def bodies_and_headers_of_any_size(s):
    token = s.issuer.token()
    late = json.dumps({"jsonrpc": "2.0", "id": 1, "params": {**INITIALIZE, "_meta": {"pad": "x" * 9000}},
                       "method": "initialize"}).encode()
    both(s, token, content=late, check=nobody)

    def whole(answer):
        of("alice")(answer)
        equal(json.loads(answer.body)["size"], len(large))
    large = body("tools/call", {"name": "text", "arguments": {"pad": "x" * 4_000_000}})
    both(s, token, content=large, headers=session(s.open("alice")), check=whole)
    both(s, token, headers=[("x-large", "x" * 50_000), *session(s.open("alice"))], check=of("alice"))
    both(s, token, content=b"no json", headers=session(s.open("alice")), check=of("alice"))


@case
def conversations_have_one_session(s):
    ids = set()
    talk = body("tools/list", {"_meta": {"openai/session": "talk"}})
    for _ in range(2):
        both(s, s.token, content=talk, check=lambda answer: ids.add(answer.every("mcp-session-id")[0]))
    equal(len(ids), 1)


@case
def the_server_behind_has_the_last_word_on_the_id(s):
    own = session(s.open("alice"))
    s.behind.says = {"Mcp-Session-Id": "its-own"}
    try:
        both(s, s.issuer.token(), headers=own, check=lambda answer: equal(answer.every("mcp-session-id"), ["its-own"]))
    finally:
        s.behind.says = {}
    both(s, s.issuer.token(), headers=own, check=of("alice"))
    for quiet in ({"verb": "DELETE"}, {"content": b'{"jsonrpc":"2.0","method":"notifications/initialized"}'}):
        both(s, s.issuer.token(), headers=own, **quiet, check=lambda answer: equal(answer.every("mcp-session-id"), []))


@case
def browsers_may_ask_and_read(s):
    def readable(answer):
        equal(answer.every("access-control-allow-origin"), [PAGE])
        exposed = {it.strip().lower() for it in ",".join(answer.every("access-control-expose-headers")).split(",")}
        equal(exposed, {"mcp-session-id", "www-authenticate"})

    def allowed(answer):
        equal(answer.every("access-control-allow-origin"), [PAGE])
        names = {it.strip() for it in ",".join(answer.every("access-control-allow-headers")).split(",")}
        equal({"authorization", "content-type", "mcp-session-id", "mcp-protocol-version", "last-event-id"} - names, set())
        methods = {it.strip() for it in ",".join(answer.every("access-control-allow-methods")).split(",")}
        equal({"GET", "POST", "DELETE"} - methods, set())
    ask = [("access-control-request-method", "POST"),
           ("access-control-request-headers", "authorization,content-type,mcp-session-id,mcp-protocol-version")]
    before = s.behind.calls
    both(s, verb="OPTIONS", headers=[("origin", PAGE), *ask], check=allowed)
    equal(s.behind.calls, before)
    # Another page's is answered by the server behind, which learns of nobody.
    both(s, verb="OPTIONS", headers=[("origin", "https://evil.example"), *ask, (IDENTITY[0], "alice")], check=nobody)
    both(s, None, 401, readable, headers=[("origin", PAGE)])
    both(s, s.token, 404, readable, headers=[("origin", PAGE), *session("made-up")])
    both(s, s.token, 200, readable, headers=[("origin", PAGE), *session(s.open("dev"))])
    both(s, s.token, headers=[("origin", "https://evil.example"), *session(s.open("dev"))],
         check=lambda answer: equal(answer.every("access-control-allow-origin"), []))


@case
def only_two_paths_lead_behind(s):
    well_known = "/.well-known/oauth-protected-resource"
    for path in (well_known, well_known + "/api/mcp"):
        both(s, verb="GET", path=path, headers=[(name, "mallory") for name in IDENTITY], check=nobody)
    for path in (well_known + "s", "/", "/admin", "/api/mcpx", "/api/mcp/../../admin", "/api/mcp/%2e%2e/admin"):
        both(s, s.token, 404, verb="GET", path=path)
    for path in ("/api//mcp", "/api/./mcp", "/api/mcp/", "/api/mcp/more", "/api/mcp?a=b", well_known + "/../../api/mcp"):
        both(s, None, 401, challenged, path=path)
    both(s, s.token, 400, path="/api%2Fmcp")
