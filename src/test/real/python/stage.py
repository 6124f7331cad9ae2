"""What the suite asks of its stage: see ../stage/README.md."""
import asyncio
import os
import urllib.request

URL, FIRST, SECOND = (os.environ[name] for name in ("MCP_URL", "MCP_FIRST", "MCP_SECOND"))
TOKEN, EXPIRED = os.environ["MCP_TOKEN"], os.environ["MCP_EXPIRED_TOKEN"]
# The first is the one that the stage starts with.
POLICIES = ("compat", "strict", "robust")


async def control(path):
    """Answers when it is done. In a thread, as the clients' own tasks go on meanwhile."""
    request = urllib.request.Request(os.environ["MCP_STAGE"] + path, data=b"", method="POST")
    await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=90).read())


def status(endpoint, session, body, version):
    """What a plain caller is answered in that session."""
    request = urllib.request.Request(endpoint, data=body, headers={
        "Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", "Mcp-Session-Id": session,
        "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": version})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
