package io.mcpsession.tools;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionLimits;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** {@code session_info}: how old the session is, how long it has left, and which replica answers. */
public final class SessionInfoTool implements Tool {

    private static final JsonObject NO_ARGUMENTS = Json.parseObject("""
            {"type": "object", "properties": {}, "additionalProperties": false}""");
    private static final JsonObject OUTPUT = Json.parseObject("""
            {"type": "object",
             "properties": {
               "age_seconds": {"type": "integer", "description": "Since the session was opened."},
               "idle_seconds_left": {"type": "integer", "description": "Until it ends unless it is used."},
               "absolute_seconds_left": {"type": "integer", "description": "Until it ends in any case."},
               "protocol_version": {"type": "string"},
               "client": {"type": "string", "description": "Name and version the client gave."},
               "replica": {"type": "string", "description": "The server process that answered."}},
             "required": ["age_seconds", "idle_seconds_left", "absolute_seconds_left", "protocol_version", "client",
                          "replica"],
             "additionalProperties": false}""");
    private static final ToolDescription DESCRIPTION = new ToolDescription("session_info", "Session info",
            "Tells how old this session is, how long it has left, and which server replica answers.",
            NO_ARGUMENTS, Optional.of(OUTPUT), new Hints(true, false, true, false));

    private final SessionLimits limits;
    private final InstantSource clock;
    private final String replica;

    public SessionInfoTool(SessionLimits limits, InstantSource clock, String replica) {
        this.limits = limits;
        this.clock = clock;
        this.replica = replica;
    }

    @Override
    public ToolDescription description() {
        return DESCRIPTION;
    }

    @Override
    public ToolResult call(Call call, Arguments arguments) {
        arguments.only();
        Session session = SessionScope.of(call);
        Instant now = clock.instant();
        return ToolResult.structured(Json.object()
                .add("age_seconds", seconds(session.created(), now))
                .add("idle_seconds_left", seconds(now, session.expires()))
                .add("absolute_seconds_left", seconds(now, limits.deadline(session.id())))
                .add("protocol_version", session.protocolVersion())
                .add("client", (session.client().name() + " " + session.client().version()).trim())
                .add("replica", replica)
                .build());
    }

    /** Rounded, and not below zero where the clocks of two machines disagree. */
    private static long seconds(Instant from, Instant to) {
        return Math.max(0, Math.round(Duration.between(from, to).toMillis() / 1000.0));
    }
}
