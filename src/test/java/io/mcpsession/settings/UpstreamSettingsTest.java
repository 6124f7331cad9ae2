package io.mcpsession.settings;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.mcpsession.mcpclient.PeerConfig.EraChoice;
import io.mcpsession.upstream.UpstreamConfig;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Servers behind this one, as the configuration lists them. */
class UpstreamSettingsTest {

    private static final Map<String, String> ONE = Map.of("MCP_UPSTREAMS_0_NAME", "one",
            "MCP_UPSTREAMS_0_URL", "https://one.example/mcp");

    private static Settings load(String... more) {
        Map<String, String> environment = new HashMap<>(ONE);
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return Settings.load(environment);
    }

    @Test
    void noneIsListedByDefault() {
        assertThat(Settings.load(Map.of()).bridge().upstreams(), is(List.of()));
    }

    @Test
    void whatIsLeftOutHasADefault() {
        UpstreamConfig one = load().bridge().upstreams().getFirst();

        assertThat(one.name(), is("one"));
        assertThat(one.peer().url(), is(URI.create("https://one.example/mcp")));
        assertThat(one.peer().era(), is(EraChoice.AUTO));
        assertThat(one.peer().connectTimeout(), is(Duration.ofSeconds(2)));
        assertThat(one.peer().largestMessage(), is(8388608));
        assertThat(one.prefix(), is(""));
        assertThat(one.timeout(), is(Duration.ofSeconds(45)));
        assertThat(one.concurrency(), is(64));
        assertThat(one.refresh(), is(Duration.ofMinutes(1)));
    }

    @Test
    void everyKeyHasItsVariable() {
        UpstreamConfig one = load("MCP_UPSTREAMS_0_ERA", "stateless", "MCP_UPSTREAMS_0_PREFIX", "o_",
                "MCP_UPSTREAMS_0_CREDENTIAL_ENV", "ONE_TOKEN", "ONE_TOKEN", "hush",
                "MCP_UPSTREAMS_0_ALLOW", "a*, b", "MCP_UPSTREAMS_0_DENY", "ab", "MCP_UPSTREAMS_0_TIMEOUT", "3s",
                "MCP_UPSTREAMS_0_CONNECT_TIMEOUT", "1s", "MCP_UPSTREAMS_0_CONCURRENCY", "7",
                "MCP_UPSTREAMS_0_REFRESH", "5s", "MCP_UPSTREAMS_0_MAX_MESSAGE_BYTES", "2048")
                .bridge().upstreams().getFirst();

        assertThat(one.peer().era(), is(EraChoice.STATELESS));
        assertThat(one.prefix(), is("o_"));
        assertThat(one.peer().headers(), is(Map.of("Authorization", "Bearer hush")));
        assertThat(one.toString(), not(containsString("hush")));
        assertThat(one.allow(), is(List.of("a*", "b")));
        assertThat(one.deny(), is(List.of("ab")));
        assertThat(one.timeout(), is(Duration.ofSeconds(3)));
        assertThat(one.peer().connectTimeout(), is(Duration.ofSeconds(1)));
        assertThat(one.concurrency(), is(7));
        assertThat(one.refresh(), is(Duration.ofSeconds(5)));
        assertThat(one.peer().largestMessage(), is(2048));
    }

    @ParameterizedTest
    @CsvSource({"NAME, ''", "NAME, Big", "URL, ftp://one.example", "URL, ''", "ERA, both", "PREFIX, a b",
            "CREDENTIAL_ENV, NO_SUCH_VARIABLE", "TIMEOUT, soon", "CONCURRENCY, 0", "REFRESH, 1ms"})
    void whatCannotBeIsRefusedByItsName(String key, String value) {
        String variable = "MCP_UPSTREAMS_0_" + key;

        assertThat(assertThrows(SettingsException.class, () -> load(variable, value)).getMessage(),
                allOf(containsString(variable), containsString(value)));
    }

    @Test
    void twoMustNotHaveOneName() {
        assertThat(assertThrows(SettingsException.class, () -> load("MCP_UPSTREAMS_1_NAME", "one",
                "MCP_UPSTREAMS_1_URL", "http://two.example")).getMessage(), containsString("MCP_UPSTREAMS_1_NAME"));
    }

    @ParameterizedTest
    @CsvSource({"Mcp-Session-Id", "Host", "Content-Type"})
    void headersThatTheProtocolSetsAreRefused(String header) {
        Map<String, String> keys = Map.of("mcp.upstreams.0.name", "one", "mcp.upstreams.0.url", "http://one.example",
                "mcp.upstreams.0.headers." + header, "x");

        assertThat(assertThrows(SettingsException.class, () -> Settings.load(Map.of(), keys)).getMessage(),
                containsString(header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"two\nlines", "return\r", "nothing\u0000", "gr\u00fc\u00df", "\u201cquoted\u201d", "erased\u007f"})
    void whatNoHeaderHoldsIsRefusedWithoutBeingShown(String value) {
        Map<String, String> keys = Map.of("mcp.upstreams.0.name", "one", "mcp.upstreams.0.url", "http://one.example",
                "mcp.upstreams.0.headers.X-Key", "secret" + value);
        assertThat(assertThrows(SettingsException.class, () -> Settings.load(Map.of(), keys)).getMessage(),
                allOf(containsString("mcp.upstreams.0.headers.X-Key"), not(containsString("secret"))));

        assertThat(assertThrows(SettingsException.class, () -> load("MCP_UPSTREAMS_0_CREDENTIAL_ENV", "ONE_TOKEN", "ONE_TOKEN",
                "secret" + value + "more")).getMessage(), allOf(containsString("ONE_TOKEN"), not(containsString("secret"))));
    }

    @Test
    void anEmptyHeaderIsSentAndACredentialMayEndWithItsLine() {
        Map<String, String> keys = Map.of("mcp.upstreams.0.name", "one", "mcp.upstreams.0.url", "http://one.example",
                "mcp.upstreams.0.headers.X-Key", "");
        assertThat(Settings.load(Map.of(), keys).bridge().upstreams().getFirst().peer().headers(), is(Map.of("X-Key", "")));
        assertThat(load("MCP_UPSTREAMS_0_CREDENTIAL_ENV", "ONE_TOKEN", "ONE_TOKEN", "hush\n").bridge().upstreams().getFirst()
                .peer().headers(), is(Map.of("Authorization", "Bearer hush")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp.upstreams", "mcp.upstreams.0.headers", "mcp.auth.tokens", "mcp.auth.issuers", "mcp.grpc.callers",
            "mcp.tools.limits"})
    void oneValueIsNoList(String key) {
        Map<String, String> keys = new HashMap<>();
        if (key.endsWith("headers")) {
            keys.putAll(Map.of("mcp.upstreams.0.name", "one", "mcp.upstreams.0.url", "http://one.example"));
        }
        keys.put(key, "secret");

        assertThat(assertThrows(SettingsException.class, () -> Settings.load(Map.of(), keys)).getMessage(),
                allOf(startsWith(key + " ("), not(containsString("secret"))));
        keys.put(key, "");
        Settings.load(Map.of(), keys);
    }

    @Test
    void aKeyThatCannotSignIsRefusedWithoutBeingShown() throws Exception {
        String publicKey = new ECKeyGenerator(Curve.P_256).generate().toPublicJWK().toJSONString();
        for (String key : List.of("c2hvcnQ=", "not base64!", "{\"kty\":\"oct\"}", publicKey)) {
            assertThat(assertThrows(SettingsException.class, () -> load("MCP_IDENTITY_KEY", key)).getMessage(),
                    allOf(containsString("MCP_IDENTITY_KEY"), not(containsString(key))));
        }
    }

    @Test
    void anEllipticKeySigns() throws Exception {
        String key = new ECKeyGenerator(Curve.P_256).generate().toJSONString();

        assertThat(load("MCP_IDENTITY_KEY", key).bridge().identity().key().isPresent(), is(true));
    }

    @Test
    void limitsOfSingleToolsFallBackToThoseOfAll() {
        Settings.Tools tools = load("MCP_TOOLS_LIMITS_0_TOOL", "slow*", "MCP_TOOLS_LIMITS_0_TIMEOUT", "5s",
                "MCP_TOOLS_RATE", "3").tools();

        assertThat(tools.special().getFirst().tool(), is("slow*"));
        assertThat(tools.special().getFirst().timeout(), is(Duration.ofSeconds(5)));
        assertThat(tools.special().getFirst().rate(), is(tools.standard().rate()));
        assertThat(tools.special().getFirst().maxResultBytes(), is(tools.standard().maxResultBytes()));
    }
}
