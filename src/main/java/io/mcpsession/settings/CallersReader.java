package io.mcpsession.settings;

import io.helidon.config.Config;
import io.mcpsession.auth.ServiceCaller;
import io.mcpsession.auth.ServiceCaller.Proof;
import io.mcpsession.auth.ServiceCallers;
import io.mcpsession.auth.ServiceRole;
import io.mcpsession.settings.Settings.InternalSocket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/** Reads who may call the internal socket. */
final class CallersReader {

    private static final String CALLERS = "mcp.grpc.callers";
    private static final String CLIENT_AUTH = "server.tls.client-auth";

    private final Keys keys;

    CallersReader(Keys keys) {
        this.keys = keys;
    }

    InternalSocket read() {
        List<ServiceCaller> listed = new ArrayList<>();
        for (Config entry : keys.entries(CALLERS)) {
            String key = entry.key().toString();
            String name = entry.get("name").asString().orElse("");
            if (name.isEmpty()) {
                throw Keys.refused(key + ".name", name, "a name for the logs");
            }
            listed.add(new ServiceCaller(name, role(entry, key), proof(entry, key)));
        }
        boolean certificates = keys.text(CLIENT_AUTH).equalsIgnoreCase("required");
        return new InternalSocket(new ServiceCallers(listed), certificates, keys.flag("mcp.grpc.insecure"));
    }

    private static ServiceRole role(Config entry, String key) {
        String role = entry.get("role").asString().orElse("");
        return Stream.of(ServiceRole.values()).filter(known -> Keys.name(known).equals(role)).findFirst()
                .orElseThrow(() -> Keys.refused(key + ".role", role, "read or admin"));
    }

    private static Proof proof(Config entry, String key) {
        List<Proof> proofs = new ArrayList<>();
        entry.get("spiffe").asString().ifPresent(uri -> proofs.add(new Proof.Spiffe(uri)));
        entry.get("subject").asString().ifPresent(name -> proofs.add(new Proof.Subject(subject(name, key))));
        entry.get("token-sha256").asString().ifPresent(digest -> proofs.add(new Proof.Token(digest(digest, key))));
        if (proofs.size() != 1) {
            throw Keys.refused(key, proofs.size() + " proofs", "one of spiffe, subject and token-sha256");
        }
        return proofs.getFirst();
    }

    private static X500Principal subject(String name, String key) {
        try {
            return new X500Principal(name);
        } catch (IllegalArgumentException e) {
            throw Keys.refused(key + ".subject", name, "a distinguished name such as CN=envoy,O=example");
        }
    }

    private static String digest(String digest, String key) {
        if (!digest.matches("[0-9a-fA-F]{64}")) {
            throw Keys.refused(key + ".token-sha256", digest, "the SHA-256 of the token as 64 hexadecimal digits");
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(HexFormat.of().parseHex(digest));
    }
}
