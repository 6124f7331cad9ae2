"""What the clients say over HTTP, whatever they hide: every one of them uses httpx or its successor."""
import importlib
import json
from dataclasses import dataclass


@dataclass
class Exchange:
    method: str
    rpc: str | None
    version: str | None
    session: str | None
    status: int
    given: str | None


EXCHANGES = []


def rpc_method(body):
    try:
        return json.loads(body).get("method")
    except (ValueError, AttributeError):
        return None


def tap(client):
    send = client.send

    async def tapped(self, request, **options):
        response = await send(self, request, **options)
        body = request.content if request.method == "POST" else b""
        EXCHANGES.append(Exchange(
            request.method, rpc_method(body), request.headers.get("mcp-protocol-version"),
            request.headers.get("mcp-session-id"), response.status_code, response.headers.get("mcp-session-id")))
        return response

    client.send = tapped


def listen():
    """To be called before a client is imported."""
    found = 0
    for name in ("httpx", "httpx2"):
        try:
            tap(importlib.import_module(name).AsyncClient)
            found += 1
        except ModuleNotFoundError:
            # Either line of the SDK brings its own.
            continue
    if not found:
        raise RuntimeError("no HTTP client to listen to")
