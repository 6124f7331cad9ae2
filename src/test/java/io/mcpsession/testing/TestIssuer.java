package io.mcpsession.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import static java.nio.charset.StandardCharsets.UTF_8;

/** An authorization server as far as a resource server sees it: metadata, keys, tokens and introspection. */
public final class TestIssuer implements AutoCloseable {

    public static final String RESOURCE = "https://mcp.example.com/api/mcp";

    /** Used in turns, because making one takes a tenth of a second: no test has as many at a time. */
    private static final int MOST_KEYS = 8;
    private static final Map<Integer, RSAKey> KEYS = new ConcurrentHashMap<>();
    private static final AtomicInteger TAKEN = new AtomicInteger();

    private final HttpServer server;
    private final InstantSource clock;
    private final AtomicInteger keyFetches = new AtomicInteger();
    private final AtomicInteger introspections = new AtomicInteger();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<JWK> published = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile RSAKey key;
    private volatile String metadataPath = "/.well-known/oauth-authorization-server";
    private volatile String named;
    private volatile int status = 200;
    private volatile String raw = "";
    private volatile boolean silent;
    private volatile long introspectionMillis;
    private final AtomicInteger introspecting = new AtomicInteger();
    private final AtomicInteger mostIntrospecting = new AtomicInteger();

    private TestIssuer(InstantSource clock) {
        this.clock = clock;
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
        this.named = name();
        rotate();
    }

    public static TestIssuer at(InstantSource clock) {
        return new TestIssuer(clock);
    }

    public static TestIssuer now() {
        return new TestIssuer(InstantSource.system());
    }

    /** What its tokens say in {@code iss}. */
    public String name() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public URI keys() {
        return URI.create(name() + "/keys");
    }

    public URI introspection() {
        return URI.create(name() + "/introspect");
    }

    /** Signs with a new key from now on, and publishes no other. */
    public void rotate() {
        key = KEYS.computeIfAbsent(TAKEN.getAndIncrement() % MOST_KEYS, TestIssuer::generate);
        published.clear();
        published.add(key.toPublicJWK());
    }

    private static RSAKey generate(int number) {
        try {
            return new RSAKeyGenerator(2048).keyID("key-" + number).keyUse(KeyUse.SIGNATURE).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** Publishes a further key. */
    public void publish(JWK more) {
        published.add(more.toPublicJWK());
    }

    /** Publishes what may be no key at all, before all others. */
    public void publishText(String json) {
        raw = raw + json + ",";
    }

    public RSAKey key() {
        return key;
    }

    /** Answers every request with this status. */
    public void answering(int status) {
        this.status = status;
    }

    /** Takes requests and never answers them. */
    public void silent() {
        this.silent = true;
    }

    /** Takes so long for what it says of a token. */
    public void takingForTokens(Duration time) {
        this.introspectionMillis = time.toMillis();
    }

    /** How many questions about tokens it had at once, at most. */
    public int mostIntrospecting() {
        return mostIntrospecting.get();
    }

    /** Where its metadata is. */
    public void metadataAt(String path) {
        this.metadataPath = path;
    }

    /** Whose metadata it says it is. */
    public void calledInMetadata(String other) {
        this.named = other;
    }

    /** What it says of an opaque token. */
    public void knows(String token, String answer) {
        answers.put(token, answer);
    }

    public int keyFetches() {
        return keyFetches.get();
    }

    public int introspections() {
        return introspections.get();
    }

    /** Method, path, authorization and body of each introspection. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** A good token of this user. */
    public String token(String subject) {
        return token(claims -> claims.subject(subject));
    }

    /** A token that is good but for what is changed. */
    public String token(UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims(change));
    }

    public JWTClaimsSet claims(UnaryOperator<JWTClaimsSet.Builder> change) {
        Instant now = clock.instant();
        return change.apply(new JWTClaimsSet.Builder().issuer(name()).subject("alice").audience(RESOURCE)
                .issueTime(Date.from(now)).expirationTime(Date.from(now.plusSeconds(300)))
                .claim("client_id", "client-1").claim("scope", "mcp")).build();
    }

    /** Signed with this issuer's own key, whatever the header says of it. */
    public String sign(JWSHeader header, JWTClaimsSet claims) {
        try {
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            if (path.equals("/keys")) {
                keyFetches.incrementAndGet();
            } else if (path.equals("/introspect")) {
                introspections.incrementAndGet();
            }
            if (silent) {
                closed.await();
            }
            if (path.equals("/introspect") && introspectionMillis > 0) {
                mostIntrospecting.accumulateAndGet(introspecting.incrementAndGet(), Math::max);
                closed.await(introspectionMillis, TimeUnit.MILLISECONDS);
                introspecting.decrementAndGet();
            }
            if (path.equals(metadataPath)) {
                answer(exchange, status, "{\"issuer\":\"" + named + "\",\"jwks_uri\":\"" + keys() + "\"}");
            } else if (path.equals("/keys")) {
                answer(exchange, status, new JWKSet(new ArrayList<>(published)).toString()
                        .replace("\"keys\":[", "\"keys\":[" + raw));
            } else if (path.equals("/introspect")) {
                asked.add(exchange.getRequestMethod() + " " + exchange.getRequestHeaders().getFirst("Authorization")
                        + " " + body);
                String token = body.split("[=&]")[1];
                answer(exchange, status, answers.getOrDefault(token, "{\"active\":false}"));
            } else {
                answer(exchange, 404, "{}");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
