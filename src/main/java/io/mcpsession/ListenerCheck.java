package io.mcpsession;

import io.helidon.common.tls.Tls;
import io.helidon.config.Config;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.mcpsession.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code server} as Helidon does, before anything is opened, and says in one line what is wrong with it. */
final class ListenerCheck {

    private static final Pattern KEY = Pattern.compile("stored under key '([^']+)'");
    private static final List<String> NEEDED = List.of(Server.PUBLIC, Server.ADMIN);

    private ListenerCheck() {
    }

    /**
     * @throws StartException when Helidon cannot read them, sockets are missing, or it cannot listen
     */
    static WebServerConfig read(Settings settings) {
        settings.heap().mustFit();
        Config server = settings.server();
        WebServerConfig read;
        try {
            WebServerConfig.Builder builder = WebServer.builder().config(server).featuresDiscoverServices(false);
            if (Listeners.embedded(settings)) {
                Listeners.onLoopback(builder);
            }
            read = builder.buildPrototype();
        } catch (RuntimeException e) {
            throw explained(server, e);
        }
        for (String name : NEEDED) {
            if (!read.sockets().containsKey(name)) {
                throw new StartException("server.sockets: there is no socket named " + name + "; give one each for "
                        + String.join(" and ", NEEDED));
            }
        }
        mustHaveKey("server.tls", read);
        read.sockets().forEach((name, socket) -> mustHaveKey("server.sockets, tls of " + name, socket));
        UnusablePorts.of(read).mustBeNone();
        return read;
    }

    private static void mustHaveKey(String place, ListenerConfig socket) {
        if (socket.tls().filter(tls -> tls.enabled() && tls.prototype().privateKey().isEmpty()).isPresent()) {
            throw new StartException(place + ": TLS has no key and no connection could be made; give"
                    + " private-key.pem.key.resource.path and private-key.pem.cert-chain.resource.path");
        }
    }

    private static StartException explained(Config server, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher key = KEY.matcher(String.valueOf(cause.getMessage()));
            if (key.find()) {
                return wrong(key.group(1), "the value is none that Helidon takes here; see its documentation of"
                        + " listeners");
            }
        }
        return leaves(server).filter(leaf -> leaf.name().equals("host") && !failure.getMessage().isEmpty()
                        && failure.getMessage().endsWith(": " + leaf.asString().orElse("")))
                .findFirst().map(leaf -> wrong(leaf.key().toString(), "this host has no address; give the name or address"
                        + " of an interface of this machine"))
                .or(() -> wrongTls(server))
                .orElseGet(() -> new StartException("server: the listeners cannot be made: " + failure.getMessage()));
    }

    /** The part of TLS that cannot be read; empty when all can. */
    private static Optional<StartException> wrongTls(Config server) {
        return Stream.concat(Stream.of(server), server.get("sockets").asNodeList().orElse(List.of()).stream())
                .map(socket -> socket.get("tls"))
                .filter(Config::exists)
                .flatMap(tls -> wrongPart(tls).stream())
                .findFirst();
    }

    private static Optional<StartException> wrongPart(Config tls) {
        try {
            Tls.create(tls);
            return Optional.empty();
        } catch (RuntimeException e) {
            List<Config> files = leaves(tls).filter(leaf -> leaf.key().toString().endsWith(".resource.path")).toList();
            Optional<Config> certificate = files.stream().filter(leaf -> leaf.key().toString().contains(".cert"))
                    .filter(leaf -> !holdsCertificates(Path.of(leaf.asString().get()))).findFirst();
            if (certificate.isPresent()) {
                return certificate.map(leaf -> wrong(leaf.key().toString(), "the file holds no certificates; give a PEM"
                        + " file (BEGIN CERTIFICATE)"));
            }
            return files.stream().filter(leaf -> leaf.key().toString().contains(".pem.key.")).findFirst()
                    .map(leaf -> wrong(leaf.key().toString(), "the file holds no key that can be used; give a PEM file"
                            + " of an unencrypted key (PKCS #8, BEGIN PRIVATE KEY)"))
                    .or(() -> Optional.of(wrong(tls.key().toString(), "the keys and certificates cannot be read; give"
                            + " key stores that open with their passphrase, or PEM files")));
        }
    }

    private static boolean holdsCertificates(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            return !CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty();
        } catch (IOException | CertificateException e) {
            return false;
        }
    }

    private static Stream<Config> leaves(Config config) {
        return config.traverse().filter(Config::isLeaf);
    }

    private static StartException wrong(String key, String why) {
        return new StartException(key + " (" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_') + "): "
                + why);
    }
}
