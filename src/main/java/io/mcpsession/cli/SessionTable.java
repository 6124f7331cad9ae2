package io.mcpsession.cli;

import com.google.protobuf.Timestamp;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionEventKind;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.TreeMap;

/** Prints sessions and events: for people as a table, for programs as one JSON object a line. */
final class SessionTable {

    private static final String ROW = "%-62s %-20s %-10s %-20s %s%n";
    private static final String EVENT = "%-20s %-8s %-62s %-20s %s%n";

    private final PrintWriter out;
    private final boolean json;
    private boolean begun;

    SessionTable(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void row(Session session) {
        if (json) {
            out.println(object(session));
            return;
        }
        head(ROW, "ID", "CLIENT", "REVISION", "OPENED", "EXPIRES");
        out.printf(ROW, session.getSessionId(), visible(client(session)), visible(session.getProtocolVersion()),
                at(session.getCreateTime()), at(session.getExpireTime()));
    }

    void all(Session session) {
        if (json) {
            out.println(object(session));
            return;
        }
        String line = "%-10s %s%n";
        out.printf(line, "id", session.getSessionId());
        out.printf(line, "user", visible(session.getOwner().getSubject()));
        out.printf(line, "issuer", visible(session.getOwner().getIssuer()));
        out.printf(line, "client", visible(client(session)));
        out.printf(line, "revision", visible(session.getProtocolVersion()));
        out.printf(line, "opened", at(session.getCreateTime()));
        out.printf(line, "expires", at(session.getExpireTime()));
        out.printf(line, "at most", at(session.getAbsoluteExpireTime()));
        new TreeMap<>(session.getAttributesMap()).forEach((name, value) ->
                out.printf(line, "attribute", visible(name + "=" + value)));
    }

    /** Whether it was one to show: a checkpoint tells people nothing. */
    boolean event(SessionEvent event) {
        boolean checkpoint = event.getKind() == SessionEventKind.SESSION_EVENT_KIND_CHECKPOINT;
        String kind = event.getKind().name().replace("SESSION_EVENT_KIND_", "");
        if (json) {
            JsonObjectBuilder object = Json.object().add("kind", kind).add("resumeToken", event.getResumeToken());
            if (!checkpoint) {
                object.add("sessionId", event.getSessionId())
                        .add("issuer", event.getOwner().getIssuer())
                        .add("user", event.getOwner().getSubject())
                        .add("time", at(event.getTime()))
                        .add("reason", event.getRevocationReason());
            }
            out.println(object.build());
        } else if (!checkpoint) {
            head(EVENT, "TIME", "EVENT", "ID", "USER", "REASON");
            out.printf(EVENT, at(event.getTime()), kind, event.getSessionId(),
                    visible(event.getOwner().getSubject()), visible(event.getRevocationReason()));
        }
        out.flush();
        return !checkpoint;
    }

    private void head(String format, Object... titles) {
        if (!begun) {
            begun = true;
            out.printf(format, titles);
        }
    }

    private static JsonObject object(Session session) {
        JsonObjectBuilder attributes = Json.object();
        new TreeMap<>(session.getAttributesMap()).forEach(attributes::add);
        return Json.object()
                .add("sessionId", session.getSessionId())
                .add("issuer", session.getOwner().getIssuer())
                .add("user", session.getOwner().getSubject())
                .add("client", Json.object().add("name", session.getClient().getName())
                        .add("version", session.getClient().getVersion()))
                .add("protocolVersion", session.getProtocolVersion())
                .add("createTime", at(session.getCreateTime()))
                .add("expireTime", at(session.getExpireTime()))
                .add("absoluteExpireTime", at(session.getAbsoluteExpireTime()))
                .add("attributes", attributes)
                .build();
    }

    private static String client(Session session) {
        return (session.getClient().getName() + " " + session.getClient().getVersion()).trim();
    }

    private static String at(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds()).toString();
    }

    /** Text as it may be printed: who names himself must neither move the cursor of who reads it nor begin a line. */
    static String visible(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
    }
}
