package io.mcpsession.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Certificate authorities and what they sign, made by the JDK's keytool. */
public final class Certificates {

    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;

    public Certificates(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("all.p12");
    }

    /** A certificate with its key, as PEM files. */
    public record Pair(Path certificate, Path key) {
    }

    public Pair authority(String name) {
        return made(name, "-dname", "CN=" + name, "-ext", "bc:c", "-validity", "30");
    }

    /** One that is valid now. */
    public Pair signed(String authority, String name, String alternatives) {
        return made(name, "-signer", authority, "-dname", "CN=" + name, "-ext", "san=" + alternatives,
                "-validity", "10");
    }

    /** One whose time is over. */
    public Pair expired(String authority, String name, String alternatives) {
        return made(name, "-signer", authority, "-dname", "CN=" + name, "-ext", "san=" + alternatives,
                "-startdate", "-10d", "-validity", "5");
    }

    private Pair made(String alias, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                "-keystore", store.toString(), "-storepass", PASSWORD, "-alias", alias, "-keyalg", "EC"));
        command.addAll(List.of(options));
        try {
            Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(keytool.getInputStream().readAllBytes());
            if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new AssertionError(output);
            }
            KeyStore entries = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            Path certificate = Files.writeString(folder.resolve(alias + ".crt"),
                    pem("CERTIFICATE", Stream.of(entries.getCertificateChain(alias)).map(Certificates::der).toList()));
            Path key = Files.writeString(folder.resolve(alias + ".key"),
                    pem("PRIVATE KEY", List.of(entries.getKey(alias, PASSWORD.toCharArray()).getEncoded())));
            return new Pair(certificate, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] der(Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String kind, List<byte[]> all) {
        StringBuilder pem = new StringBuilder();
        for (byte[] one : all) {
            pem.append("-----BEGIN ").append(kind).append("-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(one))
                    .append("\n-----END ").append(kind).append("-----\n");
        }
        return pem.toString();
    }
}
