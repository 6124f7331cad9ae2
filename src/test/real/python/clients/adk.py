"""Google's Agent Development Kit: its toolset, and tools run as an invocation runs them."""
from contextlib import asynccontextmanager
from importlib.metadata import version

import mcp_types as types
from beyond import all_but
from google.adk.agents.invocation_context import InvocationContext
from google.adk.sessions.in_memory_session_service import InMemorySessionService
from google.adk.tools.mcp_tool.mcp_session_manager import StreamableHTTPConnectionParams
from google.adk.tools.mcp_tool.mcp_toolset import McpToolset
from google.adk.tools.tool_context import ToolContext
from peer import NAME, SAID, Peer, Reports, Result

name = "google-adk"
version = version(name)
revisions = (None,)
cannot = all_but("progress", "elicitation", "sampling", "resources", "resume")


async def invocation():
    service = InMemorySessionService()
    session = await service.create_session(app_name="cases", user_id="somebody")
    return ToolContext(InvocationContext(session_service=service, invocation_id="1", session=session))


@asynccontextmanager
async def connect(url, token, revision=None):
    peer, reports = Peer(), Reports()

    async def sample(context, params):
        return types.CreateMessageResult(role="assistant", model="none", content=types.TextContent(
            type="text", text=SAID))

    async def elicit(context, params):
        return types.ElicitResult(action="accept", content={next(iter(params.requested_schema["properties"])): NAME})

    async def progress(done, total, message):
        reports.to.append(done)

    toolset = McpToolset(
        connection_params=StreamableHTTPConnectionParams(
            url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20),
        progress_callback=progress, sampling_callback=sample, elicitation_callback=elicit)
    try:
        yield Connection(toolset, await toolset.get_tools(), await invocation(), peer, reports)
    finally:
        await toolset.close()


class Connection:
    def __init__(self, toolset, tools, context, peer, reports):
        self.toolset, self.context, self.peer, self.reports = toolset, context, peer, reports
        self.tools = {tool.name: tool for tool in tools}

    async def list(self):
        return list(self.tools)

    async def call(self, tool, arguments=None, progress=None):
        if progress is not None:
            self.reports.to = progress
        answer = await self.tools[tool].run_async(args=arguments or {}, tool_context=self.context)
        if "error" in answer:
            return Result(str(answer["error"]), error=True)
        blocks = answer["content"]
        return Result("\n".join(it["text"] for it in blocks if it["type"] == "text"), [it["type"] for it in blocks],
                      answer.get("structuredContent"), bool(answer.get("isError")))

    async def resources(self):
        names = await self.toolset.list_resources()
        return [(await self.toolset.get_resource_info(it))["uri"] for it in names]

    async def read(self, uri):
        for it in await self.toolset.list_resources():
            if (await self.toolset.get_resource_info(it))["uri"] == uri:
                found = (await self.toolset.read_resource(it))[0]
                return getattr(found, "text", None) or found.blob
        raise LookupError(uri)
