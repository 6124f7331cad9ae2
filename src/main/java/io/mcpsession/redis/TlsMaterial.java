package io.mcpsession.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Reads certificates and keys from PEM files. Every error names the setting and the file. */
final class TlsMaterial {

    private static final Pattern PKCS8 = Pattern.compile(
            "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final char[] IN_MEMORY = new char[0];

    private TlsMaterial() {
    }

    static TrustManagerFactory trust(Path pem) {
        try {
            KeyStore trusted = empty();
            int number = 0;
            for (Certificate certificate : certificates(pem)) {
                trusted.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw unreadable("mcp.store.redis.trust-certificates", pem, "a PEM file of certificates", e);
        }
    }

    static KeyManagerFactory key(Path certificatePem, Path keyPem) {
        PrivateKey key;
        try {
            key = privateKey(keyPem);
        } catch (IOException | GeneralSecurityException e) {
            throw unreadable("mcp.store.redis.key", keyPem, "a PEM file of an unencrypted PKCS #8 key", e);
        }
        try {
            KeyStore own = empty();
            own.setKeyEntry("own", key, IN_MEMORY, certificates(certificatePem).toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own, IN_MEMORY);
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw unreadable("mcp.store.redis.certificate", certificatePem, "a PEM file of a certificate", e);
        }
    }

    private static IllegalArgumentException unreadable(String key, Path pem, String allowed, Exception cause) {
        String why = cause instanceof FileSystemException ? cause.getClass().getSimpleName()
                : cause instanceof IOException ? cause.getMessage() : "what is in it cannot be decoded";
        return new IllegalArgumentException(key + ": cannot read " + pem + ": " + why + "; give " + allowed, cause);
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(Path pem) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(pem)) {
            List<Certificate> all = List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (all.isEmpty()) {
                // Java would find out with the first handshake, and say that a parameter must be non-empty.
                throw new IOException("there are none in it");
            }
            return all;
        }
    }

    private static PrivateKey privateKey(Path pem) throws IOException, GeneralSecurityException {
        Matcher matcher = PKCS8.matcher(Files.readString(pem, ISO_8859_1));
        if (!matcher.find()) {
            throw new IOException("there is no unencrypted PKCS #8 key (BEGIN PRIVATE KEY) in it");
        }
        PKCS8EncodedKeySpec encoded;
        try {
            encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
        } catch (IllegalArgumentException e) {
            throw new IOException("the key is no base64");
        }
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // The key says itself what it is, but only to the right factory.
            }
        }
        throw new GeneralSecurityException("the key is none of " + ALGORITHMS);
    }
}
