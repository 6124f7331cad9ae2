package io.mcpsession.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.mcpsession.grpc.Verdict.Active;
import io.mcpsession.v1.Client;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.Session;
import java.time.Instant;

/** Writes what the core knows as messages. */
final class Messages {

    private Messages() {
    }

    static Session session(Active active, Instant deadline) {
        var session = active.session();
        return Session.newBuilder()
                .setSessionId(session.id().value())
                .setOwner(principal(session.owner().issuer(), session.owner().subject()))
                .setCreateTime(timestamp(session.created()))
                .setExpireTime(timestamp(session.expires()))
                .setAbsoluteExpireTime(timestamp(deadline))
                .setProtocolVersion(session.protocolVersion())
                .setClient(Client.newBuilder()
                        .setName(session.client().name())
                        .setVersion(session.client().version())
                        .setCapabilitiesJson(session.client().capabilities()))
                .putAllAttributes(session.attributes())
                .setEtag(Etag.of(session.attributes()))
                .build();
    }

    static Principal principal(String issuer, String subject) {
        return Principal.newBuilder().setIssuer(issuer).setSubject(subject).build();
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano()).build();
    }

    static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder().setSeconds(duration.getSeconds()).setNanos(duration.getNano()).build();
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
