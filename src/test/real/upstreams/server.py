"""One server for both major versions of the Python SDK and for FastMCP. Usage: server.py NAME PORT sse|json|stateless"""
import asyncio
import sys
from importlib.util import find_spec

name, port, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
options = {"json_response": mode == "json", "stateless_http": mode == "stateless"}
if find_spec("fastmcp"):
    from fastmcp import Context, FastMCP
    from mcp_types import SamplingMessage, TextContent
    server = FastMCP(name)


    def app():
        return server.http_app(**options)
elif find_spec("mcp_types"):
    from mcp.server.mcpserver import Context, MCPServer
    from mcp_types import SamplingMessage, TextContent
    server = MCPServer(name, log_level="ERROR")


    def app():
        return server.streamable_http_app(**options)
else:
    from mcp.server.fastmcp import Context, FastMCP
    from mcp.types import SamplingMessage, TextContent
    server = FastMCP(name, host="127.0.0.1", port=port, log_level="ERROR", **options)


    def app():
        return server.streamable_http_app()

cancelled = 0


@server.tool()
def echo(message: str) -> str:
    return f"Echo: {message}"


@server.tool()
def add(a: int, b: int) -> dict[str, int]:
    return {"sum": a + b}


@server.tool()
def fail() -> str:
    raise ValueError("as it should")


@server.tool()
async def steps(ctx: Context) -> str:
    for step in range(1, 5):
        await asyncio.sleep(0.05)
        await ctx.report_progress(step, 4)
    return "Took 4 steps"


@server.tool()
async def log(ctx: Context) -> str:
    """Logs with a call, and beside it."""
    await ctx.info("with")
    await ctx.session.send_log_message("warning", "beside")
    await asyncio.sleep(0.3)
    return "logged"


@server.tool()
async def roots(ctx: Context) -> str:
    found = await ctx.session.list_roots()
    return " ".join(str(root.uri) for root in found.roots)


@server.tool()
async def sample(ctx: Context) -> str:
    """Asks on the stream of the session: nothing says which call it is for."""
    answer = await ctx.session.create_message(
        messages=[SamplingMessage(role="user", content=TextContent(type="text", text="Capital?"))], max_tokens=9)
    return answer.content.text


FORM = {"type": "object", "properties": {"name": {"type": "string"}}}


@server.tool()
async def elicit_beside(ctx: Context) -> str:
    answer = await ctx.session.elicit("Who?", FORM)
    return f"{answer.action} {answer.content}"


@server.tool()
async def elicit_with(ctx: Context) -> str:
    answer = await ctx.session.elicit("Who?", FORM, related_request_id=ctx.request_id)
    return f"{answer.action} {answer.content}"


@server.tool()
async def refused(ctx: Context) -> str:
    """What the client's refusal looks like from here."""
    try:
        await ctx.session.elicit("Refuse this", FORM, related_request_id=ctx.request_id)
        return "not refused"
    except Exception as failure:
        error = getattr(failure, "error", failure)
        return f"{getattr(error, 'code', '')} {getattr(error, 'message', error)} {getattr(error, 'data', '')}"


@server.tool()
async def touch(ctx: Context) -> str:
    await ctx.session.send_resource_updated(f"{name}://static")
    await asyncio.sleep(0.3)
    return "touched"


@server.tool()
async def grow(ctx: Context) -> str:
    await ctx.session.send_tool_list_changed()
    await asyncio.sleep(0.3)
    return "grown"


@server.tool()
async def hang(ctx: Context) -> str:
    global cancelled
    await ctx.report_progress(1, 2)
    try:
        await asyncio.sleep(60)
    except BaseException:
        cancelled += 1
        raise
    return "never heard"


@server.tool()
def count_cancelled() -> str:
    return str(cancelled)


@server.resource(f"{name}://static")
def static() -> str:
    return "static text"


@server.resource(name + "://item/{id}")
def item(id: str) -> str:
    return f"item {id}"


@server.prompt()
def greet(who: str) -> str:
    return f"Hello, {who}!"


import uvicorn  # noqa: E402

uvicorn.run(app(), host="127.0.0.1", port=port, log_level="error")
