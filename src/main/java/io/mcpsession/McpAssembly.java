package io.mcpsession;

import io.mcpsession.auth.AuthConfig;
import io.mcpsession.auth.AuthObserver;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.BearerTokens;
import io.mcpsession.auth.Introspection;
import io.mcpsession.auth.JwtVerifier;
import io.mcpsession.auth.Scopes;
import io.mcpsession.auth.TokenAuthenticator;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Provider;
import io.mcpsession.handler.Tool;
import io.mcpsession.http.CallerShares;
import io.mcpsession.http.Callers;
import io.mcpsession.http.ListenStreams;
import io.mcpsession.http.McpEndpoint;
import io.mcpsession.http.OpenStreams;
import io.mcpsession.http.RequestRates;
import io.mcpsession.http.ResourceMetadata;
import io.mcpsession.http.ServerStreams;
import io.mcpsession.http.SessionEra;
import io.mcpsession.http.SlowCalls;
import io.mcpsession.http.StatelessEra;
import io.mcpsession.http.StreamLimits;
import io.mcpsession.http.TokenWatch;
import io.mcpsession.limit.Buckets;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.limit.SharedPermits;
import io.mcpsession.mcp.BridgedSessions;
import io.mcpsession.mcp.Handles;
import io.mcpsession.mcp.Handshake;
import io.mcpsession.mcp.LiveCatalogue;
import io.mcpsession.mcp.Questions;
import io.mcpsession.mcp.RequiredScopes;
import io.mcpsession.mcp.RunningCalls;
import io.mcpsession.mcp.ServerInfo;
import io.mcpsession.mcp.ServerMessages;
import io.mcpsession.mcp.SessionMethods;
import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.mcp.StatelessMethods;
import io.mcpsession.mcp.Subscriptions;
import io.mcpsession.mcp.ToolLimits;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.SessionNotes;
import io.mcpsession.session.SessionSubscriptions;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.settings.Settings;
import io.mcpsession.tools.NoteTools;
import io.mcpsession.tools.SessionInfoTool;
import io.mcpsession.tracing.Tracing;
import io.mcpsession.upstream.Identity;
import io.mcpsession.upstream.SignedIdentity;
import io.mcpsession.upstream.Upstreams;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Puts the MCP side together: who may call, what is offered, and the endpoint over both. */
record McpAssembly(Settings settings, InstantSource clock, InstantSource steady, String version, Tracing tracing) {

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

    Callers callers(Authenticator authenticator, RequiredScopes scopes, AuthObserver observer, SharedPermits permits) {
        Settings.Limits limits = settings.limits();
        RequestRates rates = new RequestRates(new Buckets("address:", limits.perAddress(), permits, steady),
                new Buckets("user:", limits.perUser(), permits, steady), limits.proxies());
        return new Callers(authenticator, settings.auth(), scopes, observer, rates, new CallerShares(limits.open()));
    }

    ToolLimits toolLimits(SharedPermits permits, Deadlines deadlines) {
        Settings.Tools tools = settings.tools();
        return new ToolLimits(tools.special(), tools.standard(), rate -> new Buckets(rate, permits, steady), deadlines);
    }

    private Offering ownTools(SessionNotes notes) {
        List<Tool> tools = new ArrayList<>();
        tools.add(new SessionInfoTool(settings.session(), clock, settings.replica()));
        tools.addAll(new NoteTools(notes).all());
        return Offering.ofTools(tools);
    }

    /**
     * What this process offers, by who does.
     *
     * @param more what whoever starts the server wants offered besides
     */
    Map<String, Offering> local(SessionNotes notes, Offering more, Changes changes) {
        Map<String, Offering> local = new LinkedHashMap<>();
        local.put("this server itself", ownTools(notes).and(more));
        try {
            // Once, at start: each look costs milliseconds.
            ServiceLoader.load(Provider.class).forEach(provider ->
                    local.put("provider " + provider.getClass().getName(), provider.offering(changes)));
        } catch (ServiceConfigurationError e) {
            throw new StartException("A provider on the class path cannot be used: " + e.getMessage());
        }
        return local;
    }

    /** The servers behind this one, not asked yet. */
    Upstreams upstreams(Map<String, Offering> own, Sessions sessions, SessionLedger ledger, Deadlines deadlines, Changes changes,
                        SessionOutbox clients) {
        Settings.UserIdentity told = settings.bridge().identity();
        Identity identity = told.key()
                .<Identity>map(key -> new SignedIdentity(key, told.issuer(), told.validity(), clock))
                .orElse(Identity.NONE);
        return new Upstreams(settings.bridge().upstreams(), own, sessions, ledger,
                new TracedIdentity(identity, tracing::traceparent), deadlines, changes, clients, version,
                MessageMemory.ofUpstreams(settings.heap()));
    }

    ResourceMetadata metadata(RequiredScopes scopes) {
        return new ResourceMetadata(settings.auth(), Scopes.union(settings.auth().scopes(), scopes.all()));
    }

    SessionOutbox clients(Relay relay, SessionSubscriptions wanted) {
        return new SessionOutbox(relay.bus(), relay.texts(), new Questions(relay.bus(), relay.awaited(), relay.texts(),
                settings.limits().questions()), wanted);
    }

    OpenStreams openStreams() {
        return new OpenStreams(settings.endpoint().streams());
    }

    McpEndpoint endpoint(LiveCatalogue catalogue, ToolLimits limits, Callers callers, TokenWatch tokens, Sessions sessions,
                                 Subscriptions subscriptions, SigningKeys keys, Relay relay,
                                 OpenStreams open, SlowCalls slowCalls, SessionOutbox clients,
                                 BridgedSessions bridged) {
        ServerInfo info = new ServerInfo("mcp-session-server", "MCP session server", version,
                "Sessions of this server live in Redis: any replica serves them. Notes last as long as the session.");
        int pageSize = settings.endpoint().pageSize();
        StreamLimits streams = settings.endpoint().streams();
        Handles handles = new Handles(sessions);
        SessionEra sessionEra = new SessionEra(sessions, new Handshake(info, catalogue),
                new SessionMethods(catalogue, limits, pageSize, sessions, subscriptions, bridged),
                new RunningCalls(relay.bus(), relay.awaited()), clients.questions(), handles, relay.log(), slowCalls, streams);
        StatelessEra statelessEra = new StatelessEra(
                new StatelessMethods(info, catalogue, limits, pageSize, keys, clock),
                new ListenStreams(relay.bus(), open, catalogue, bridged), handles,
                slowCalls, streams);
        return new McpEndpoint(settings.endpoint(), callers, tokens, sessions, sessionEra, statelessEra,
                new ServerStreams(relay.bus(), relay.log(), sessions, subscriptions, open, bridged, new ServerMessages(relay.texts())),
                tracing.requests(),
                settings.redis().timeout(), MessageMemory.ofRequests(settings.heap()));
    }
}
