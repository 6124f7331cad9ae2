package io.mcpsession;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.settings.Settings;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The token of an embedded start, printed so that the first curl works. */
record DevToken(String user, String secret) {

    static DevToken of(Settings.Dev dev, SecureRandom random) {
        return new DevToken(dev.user(), dev.token().isEmpty() ? TokenSecret.mint(random) : dev.token());
    }

    Map<String, ApiToken> besides(Map<String, ApiToken> configured) {
        Map<String, ApiToken> all = new HashMap<>(configured);
        all.put(TokenSecret.digest(secret), new ApiToken("dev", user, "dev", Instant.EPOCH, Optional.empty()));
        return all;
    }
}
