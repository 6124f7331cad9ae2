"""Pydantic AI's toolset, in both eras."""
import json
from contextlib import asynccontextmanager
from importlib.metadata import version

from beyond import all_but
from clients import mcp2
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from fastmcp.exceptions import ToolError
from peer import NAME, ROOT, SAID, Peer, Reports, Result
from pydantic_ai.mcp import MCPToolset

name = "pydantic-ai-slim"
version = version(name)
revisions = ("2025-11-25", mcp2.STATELESS)
cannot = all_but("progress", "logging", "elicitation", "sampling", "roots", "resources", "templates", "prompts",
                 "resume")


@asynccontextmanager
async def connect(url, token, revision=None):
    peer, reports = Peer(), Reports()

    async def sample(messages, params, context):
        return SAID

    async def elicit(message, response_type, params, context):
        return {next(iter(params.requested_schema["properties"])): NAME}

    async def log(message):
        peer.logs.append(message.data)

    async def progress(done, total, message):
        reports.to.append(done)

    options = {"sampling_handler": sample, "elicitation_handler": elicit, "log_handler": log, "roots": [ROOT],
               "progress_handler": progress}
    if revision == mcp2.STATELESS:
        toolset = MCPToolset(url, headers={"Authorization": f"Bearer {token}"}, tool_error_behavior="error", **options)
    else:
        toolset = MCPToolset(Client(StreamableHttpTransport(url, auth=token), mode="legacy", **options),
                             tool_error_behavior="error")
    async with toolset:
        yield Connection(toolset, peer, reports, revision)


class Connection:
    def __init__(self, toolset, peer, reports, revision):
        self.toolset, self.peer, self.reports, self.revision = toolset, peer, reports, revision

    async def list(self):
        return [tool.name for tool in await self.toolset.list_tools()]

    async def call(self, tool, arguments=None, progress=None):
        if progress is not None:
            self.reports.to = progress
        try:
            answer = await self.toolset.direct_call_tool(tool, arguments or {}, metadata=self.metadata())
        except ToolError as failure:
            return Result(str(failure), error=True)
        structured = answer if isinstance(answer, dict) else None
        return Result(json.dumps(answer) if structured else "\n".join(map(str, answer)) if isinstance(answer, list)
                      else str(answer), [], structured)

    def metadata(self):
        return {"io.modelcontextprotocol/logLevel": "debug"} if self.revision == mcp2.STATELESS else None

    async def log(self):
        if self.revision != mcp2.STATELESS:
            await self.toolset.client.set_logging_level("debug")

    async def resources(self):
        return [str(it.uri) for it in await self.toolset.list_resources()]

    async def read(self, uri):
        found = await self.toolset.read_resource(uri)
        return found if isinstance(found, str) else found.data

    async def templates(self):
        return [it.uri_template for it in await self.toolset.list_resource_templates()]

    async def prompts(self):
        return [it.name for it in await self.toolset.list_prompts()]

    async def prompt(self, prompt, arguments):
        return (await self.toolset.get_prompt(prompt, arguments)).messages[0].content.content
