"""What the cases have in common: the servers that run.sh started, and how calls fail."""
import asyncio
import os
import uuid

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpclib.client import Channel
from grpclib.exceptions import GRPCError

from mcpsession.v1 import session_service_grpc as service
from mcpsession.v1 import session_service_pb2 as api

DOMAIN = "mcpsession.v1.SessionService"
CASES = []


def case(test):
    CASES.append(test)
    return test


def channel(name, config=None):
    host, port = os.environ[name].rsplit(":", 1)
    return Channel(host, int(port), config=config)


class Setup:
    """What a case has to itself: connections, and a user."""

    def __init__(self):
        self.channels = [channel(name) for name in ("FIRST", "SECOND", "SHORT", "TIGHT")]
        self.first, self.second, self.short, self.tight = (service.SessionServiceStub(it) for it in self.channels)
        self.owner = api.Principal(issuer="https://issuer.example", subject="grpclib-" + uuid.uuid4().hex)

    async def create(self, **fields):
        return await self.first.CreateSession(
            api.CreateSessionRequest(owner=self.owner, protocol_version="2025-11-25", **fields), timeout=10)

    async def validate(self, session_id, principal=None):
        return await self.second.ValidateSession(
            api.ValidateSessionRequest(session_id=session_id, principal=principal or self.owner), timeout=10)

    def close(self):
        for it in self.channels:
            it.close()


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} instead of {wanted!r}")


def check(error, status, reason, *more):
    """The metadata of the one ErrorInfo; there are these further details and no others, and they say something."""
    equal((error.status, error.message and bool(error.message)), (status, True))
    infos = [it for it in error.details or () if isinstance(it, error_details_pb2.ErrorInfo)]
    equal([(it.domain, it.reason) for it in infos], [(DOMAIN, reason)])
    others = [it for it in error.details if it not in infos]
    equal([type(it) for it in others], list(more))
    equal([bool(it.ListFields()) for it in others], [True] * len(more))
    return dict(infos[0].metadata)


async def failure(call, status, reason, *more):
    try:
        answer = await call
    except GRPCError as error:
        return check(error, status, reason, *more)
    raise AssertionError(f"{answer} instead of {reason}")


async def code(call):
    try:
        await call
    except GRPCError as error:
        return error.status
    return None


def no_text():
    """A message whose field 1 is bytes, where requests have a string."""
    file = FileDescriptorProto(name="no_text.proto", syntax="proto3")
    field = file.message_type.add(name="NoText").field.add()
    field.name, field.number = "session_id", 1
    field.type, field.label = FieldDescriptorProto.TYPE_BYTES, FieldDescriptorProto.LABEL_OPTIONAL
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("NoText"))


NoText = no_text()


async def restart(name):
    """Has run.sh end a server by SIGTERM and start it anew on its port; returns when it runs."""
    def exchange():
        with open(os.environ["ASK"], "w") as ask:
            print(name, file=ask)
        with open(os.environ["ANSWER"]) as answer:
            return answer.readline()
    equal(await asyncio.get_running_loop().run_in_executor(None, exchange), "done\n")
