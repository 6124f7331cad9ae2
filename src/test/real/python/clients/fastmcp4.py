"""FastMCP's own client, which is made of the official SDK's session."""
from contextlib import asynccontextmanager
from importlib.metadata import version

import mcp_types as types
from clients import mcp2
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from peer import NAME, ROOT, SAID, Peer, Result

name = "fastmcp"
version = version("fastmcp")
revisions = mcp2.revisions
cannot = {}


@asynccontextmanager
async def connect(url, token, revision=None):
    peer = Peer()

    async def sample(messages, params, context):
        return SAID

    async def elicit(message, response_type, params, context):
        return {next(iter(params.requested_schema["properties"])): NAME}

    async def log(message):
        peer.logs.append(message.data)

    async def hear(it):
        peer.notified(it)

    transport = StreamableHttpTransport(url, auth=token)
    async with mcp2.opened(Client(transport, mode=mcp2.mode(revision), sampling_handler=sample, roots=[ROOT],
                                  elicitation_handler=elicit, log_handler=log, message_handler=hear),
                           revision) as client:
        yield Connection(client, peer, client.protocol_version)


class Connection(mcp2.Connection):
    """Lists, calls and reads by FastMCP's methods; subscribes by the session it shows."""

    async def list(self):
        return [tool.name for tool in await self.client.list_tools()]

    async def call(self, tool, arguments=None, progress=None):
        async def report(done, total, text):
            progress.append(done)

        meta = {"io.modelcontextprotocol/logLevel": "debug"} if self.revision == mcp2.STATELESS else None
        answer = await self.client.call_tool(tool, arguments or {}, raise_on_error=False, meta=meta,
                                             progress_handler=None if progress is None else report)
        return Result.of(answer.content, answer.structured_content, answer.is_error)

    async def log(self):
        if self.revision != mcp2.STATELESS:
            await self.client.set_logging_level("debug")

    async def resources(self):
        return [str(it.uri) for it in await self.client.list_resources()]

    async def read(self, uri):
        found = (await self.client.read_resource(uri))[0]
        return getattr(found, "text", None) or found.blob

    async def templates(self):
        return [it.uri_template for it in await self.client.list_resource_templates()]

    async def prompts(self):
        return [it.name for it in await self.client.list_prompts()]

    async def prompt(self, prompt, arguments):
        return (await self.client.get_prompt(prompt, arguments)).messages[0].content.text

    async def complete_prompt(self, prompt, argument, value):
        return (await self.client.complete(types.PromptReference(name=prompt),
                                           {"name": argument, "value": value})).values

    async def complete_template(self, template, argument, value):
        return (await self.client.complete(types.ResourceTemplateReference(uri=template),
                                           {"name": argument, "value": value})).values
