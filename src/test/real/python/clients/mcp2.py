"""The official SDK since 2: both eras."""
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

import httpx2
import mcp.client.session
import mcp_types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import ResourceUpdated, listen
from peer import NAME, ROOT, SAID, Peer, Result

name = "mcp"
version = version("mcp")
STATELESS = "2026-07-28"
revisions = ("2025-03-26", "2025-06-18", "2025-11-25", STATELESS)
cannot = {}


def callbacks(peer):
    """As this SDK and all that are made of it take them."""

    async def sample(context, params):
        return types.CreateMessageResult(role="assistant", model="none", content=types.TextContent(
            type="text", text=SAID))

    async def elicit(context, params):
        field = next(iter(params.requested_schema["properties"]))
        return types.ElicitResult(action="accept", content={field: NAME})

    async def roots(context):
        return types.ListRootsResult(roots=[types.Root(uri=ROOT)])

    async def log(params):
        peer.logs.append(params.data)

    async def message(it):
        peer.notified(it)

    return {"sampling_callback": sample, "elicitation_callback": elicit, "list_roots_callback": roots,
            "logging_callback": log, "message_handler": message}


def mode(revision):
    return "auto" if revision == STATELESS else "legacy"


@asynccontextmanager
async def opened(client, revision):
    """Opens it. Of the revisions with sessions the SDK asks for its newest, and takes what it is given."""
    newest = mcp.client.session.LATEST_HANDSHAKE_VERSION
    async with AsyncExitStack() as stack:
        try:
            if revision != STATELESS:
                mcp.client.session.LATEST_HANDSHAKE_VERSION = revision
            it = await stack.enter_async_context(client)
        finally:
            mcp.client.session.LATEST_HANDSHAKE_VERSION = newest
        yield it


@asynccontextmanager
async def connect(url, token, revision=None):
    peer = Peer()
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http,
        opened(Client(streamable_http_client(url, http_client=http), mode=mode(revision), log_level="debug",
                      **callbacks(peer)), revision) as client,
    ):
        yield Connection(client, peer, client.protocol_version)


class Connection:
    def __init__(self, client, peer, revision):
        self.client, self.peer, self.revision = client, peer, revision
        self.session = client.session

    async def list(self):
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def call(self, tool, arguments=None, progress=None):
        async def report(done, total, text):
            progress.append(done)

        answer = await self.client.call_tool(
            tool, arguments or {}, progress_callback=None if progress is None else report)
        return Result.of(answer.content, answer.structured_content, answer.is_error)

    async def log(self):
        if self.revision != STATELESS:
            await self.session.set_logging_level("debug")

    async def give_up(self, call):
        call.cancel()

    async def resources(self):
        return [str(it.uri) for it in (await self.session.list_resources()).resources]

    async def read(self, uri):
        found = (await self.session.read_resource(uri)).contents[0]
        return getattr(found, "text", None) or found.blob

    async def templates(self):
        return [it.uri_template for it in (await self.session.list_resource_templates()).resource_templates]

    async def prompts(self):
        return [it.name for it in (await self.session.list_prompts()).prompts]

    async def prompt(self, prompt, arguments):
        return (await self.session.get_prompt(prompt, arguments)).messages[0].content.text

    async def complete_prompt(self, prompt, argument, value):
        return (await self.session.complete(types.PromptReference(name=prompt),
                                            {"name": argument, "value": value})).completion.values

    async def complete_template(self, template, argument, value):
        return (await self.session.complete(types.ResourceTemplateReference(uri=template),
                                            {"name": argument, "value": value})).completion.values

    @asynccontextmanager
    async def listening(self, **wanted):
        async def hear(events):
            async for event in events:
                if isinstance(event, ResourceUpdated):
                    self.peer.updates.append(str(event.uri))
                else:
                    self.peer.changes.append(type(event).__name__)

        async with listen(self.session, **wanted) as events:
            hearing = asyncio.create_task(hear(events))
            yield events.honored
            hearing.cancel()

    @asynccontextmanager
    async def subscribed(self, uri):
        if self.revision == STATELESS:
            async with self.listening(resource_subscriptions=[uri]) as honored:
                assert honored.resource_subscriptions == [uri], f"subscribed to {honored.resource_subscriptions}"
                yield
        else:
            await self.session.subscribe_resource(uri)
            yield
            await self.session.unsubscribe_resource(uri)

    @asynccontextmanager
    async def watching_tools(self):
        if self.revision == STATELESS:
            async with self.listening(tools_list_changed=True) as honored:
                assert honored.tools_list_changed, "not acknowledged"
                yield
        else:
            yield
