package io.mcpsession;

import io.mcpsession.auth.AuthConfig;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.BearerTokens;
import io.mcpsession.auth.Introspection;
import io.mcpsession.auth.JwtVerifier;
import io.mcpsession.auth.TokenAuthenticator;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.http.Callers;
import io.mcpsession.http.ListenStreams;
import io.mcpsession.http.McpEndpoint;
import io.mcpsession.http.OpenStreams;
import io.mcpsession.http.RequestRates;
import io.mcpsession.http.ServerStreams;
import io.mcpsession.http.SessionEra;
import io.mcpsession.http.SlowCalls;
import io.mcpsession.http.StatelessEra;
import io.mcpsession.limit.Buckets;
import io.mcpsession.limit.SharedPermits;
import io.mcpsession.mcp.Catalogue;
import io.mcpsession.mcp.Handles;
import io.mcpsession.mcp.Handshake;
import io.mcpsession.mcp.Questions;
import io.mcpsession.mcp.RunningCalls;
import io.mcpsession.mcp.ServerInfo;
import io.mcpsession.mcp.SessionMethods;
import io.mcpsession.mcp.StatelessMethods;
import io.mcpsession.mcp.Subscriptions;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.EventLog;
import io.mcpsession.session.SessionNotes;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.settings.Settings;
import io.mcpsession.tools.NoteTools;
import io.mcpsession.tools.SessionInfoTool;
import io.mcpsession.tracing.Tracing;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts the MCP side together: who may call, what is offered, and the endpoint over both. */
record McpAssembly(Settings settings, InstantSource clock, String version, Tracing tracing) {

    /** Whoever may call, by whatever kind of token. */
    Authenticator authenticator(TokenAuthenticator apiTokens) {
        AuthConfig auth = settings.auth();
        Optional<JwtVerifier> jwts = auth.issuers().isEmpty()
                ? Optional.empty()
                : Optional.of(new JwtVerifier(auth, clock));
        jwts.ifPresent(JwtVerifier::start);
        return new BearerTokens(apiTokens, jwts, auth.introspection().map(_ -> new Introspection(auth, clock)),
                auth.anonymous());
    }

    RequestRates rates(SharedPermits permits) {
        Settings.Limits limits = settings.limits();
        return new RequestRates(new Buckets(limits.perAddress(), permits, clock),
                new Buckets(limits.perUser(), permits, clock), limits.proxies());
    }

    Offering ownTools(SessionNotes notes) {
        List<Tool> tools = new ArrayList<>();
        tools.add(new SessionInfoTool(settings.session(), clock, settings.replica()));
        tools.addAll(new NoteTools(notes).all());
        return Offering.ofTools(tools);
    }

    McpEndpoint endpoint(Catalogue catalogue, Callers callers, Sessions sessions,
                                 Subscriptions subscriptions, SigningKeys keys, Bus bus, EventLog log,
                                 OpenStreams open, SlowCalls slowCalls) {
        ServerInfo info = new ServerInfo("mcp-session-server", "MCP session server", version,
                "Sessions of this server live in Redis: any replica serves them. Notes last as long as the session.");
        int pageSize = settings.endpoint().pageSize();
        Handles handles = new Handles(sessions);
        SessionEra sessionEra = new SessionEra(sessions, new Handshake(info, catalogue),
                new SessionMethods(catalogue, pageSize, sessions, subscriptions), new RunningCalls(bus),
                new Questions(bus, settings.endpoint().questionPatience()), handles, log, slowCalls);
        StatelessEra statelessEra = new StatelessEra(
                new StatelessMethods(info, catalogue, pageSize, keys, clock), new ListenStreams(bus, open), handles,
                slowCalls);
        return new McpEndpoint(settings.endpoint(), callers, sessions, sessionEra, statelessEra,
                new ServerStreams(bus, log, sessions, subscriptions, open), tracing.requests());
    }
}
