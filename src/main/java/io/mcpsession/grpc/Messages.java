package io.mcpsession.grpc;

import com.google.protobuf.Timestamp;
import io.mcpsession.v1.Client;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.Session;
import java.time.Instant;

/** Writes what the core knows as messages. */
final class Messages {

    private Messages() {
    }

    static Session session(io.mcpsession.session.Session session, Instant deadline) {
        return Session.newBuilder()
                .setSessionId(session.id().value())
                .setOwner(Principal.newBuilder()
                        .setIssuer(session.owner().issuer())
                        .setSubject(session.owner().subject()))
                .setCreateTime(timestamp(session.created()))
                .setExpireTime(timestamp(session.expires()))
                .setAbsoluteExpireTime(timestamp(deadline))
                .setProtocolVersion(session.protocolVersion())
                .setClient(Client.newBuilder()
                        .setName(session.client().name())
                        .setVersion(session.client().version())
                        .setCapabilitiesJson(session.client().capabilities()))
                .putAllAttributes(session.attributes())
                .build();
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano()).build();
    }
}
