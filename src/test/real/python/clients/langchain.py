"""LangChain's adapters: their tool objects, and what they load of a session."""
from contextlib import asynccontextmanager
from importlib.metadata import version

from beyond import all_but
from langchain_mcp_adapters.callbacks import Callbacks
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.prompts import load_mcp_prompt
from langchain_mcp_adapters.resources import load_mcp_resources
from langchain_mcp_adapters.tools import load_mcp_tools
from mcp.types import ElicitResult
from peer import NAME, Peer, Reports, Result

name = "langchain-mcp-adapters"
version = version(name)
revisions = (None,)
cannot = all_but("progress", "logging", "elicitation", "resources", "prompts", "resume")


@asynccontextmanager
async def connect(url, token, revision=None):
    peer, reports = Peer(), Reports()

    async def progress(done, total, message, context):
        reports.to.append(done)

    async def log(params, context):
        peer.logs.append(params.data)

    async def elicit(mcp_context, params, context):
        return ElicitResult(action="accept", content={next(iter(params.requestedSchema["properties"])): NAME})

    callbacks = Callbacks(on_progress=progress, on_logging_message=log, on_elicitation=elicit)
    client = MultiServerMCPClient({"here": {"transport": "streamable_http", "url": url,
                                            "headers": {"Authorization": f"Bearer {token}"}}}, callbacks=callbacks)
    async with client.session("here") as session:
        tools = await load_mcp_tools(session, callbacks=callbacks, server_name="here")
        yield Connection(session, peer, tools, reports)


class Connection:
    def __init__(self, session, peer, tools, reports):
        self.session, self.peer, self.reports = session, peer, reports
        self.tools = {tool.name: tool for tool in tools}

    async def list(self):
        return list(self.tools)

    async def call(self, tool, arguments=None, progress=None):
        if progress is not None:
            self.reports.to = progress
        answer = await self.tools[tool].ainvoke({"type": "tool_call", "id": "1", "name": tool, "args": arguments or {}})
        blocks = answer.content if isinstance(answer.content, list) else [{"type": "text", "text": answer.content}]
        structured = (answer.artifact or {}).get("structured_content")
        return Result("\n".join(it["text"] for it in blocks if it["type"] == "text"), [], structured,
                      answer.status == "error")

    async def log(self):
        await self.session.set_logging_level("debug")

    async def resources(self):
        return [str(it.metadata["uri"]) for it in await load_mcp_resources(self.session)]

    async def read(self, uri):
        found, = await load_mcp_resources(self.session, uris=[uri])
        return found.as_string() if isinstance(found.data, str) else found.data

    async def prompt(self, prompt, arguments):
        return (await load_mcp_prompt(self.session, prompt, arguments=arguments))[0].content
