package io.mcpsession.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;

/**
 * Certificates and keys as their files hold them when a connection is made: Redisson 4.7.0 asks these factories anew for
 * each. So certificates are renewed by changing the files; connections that stand go on. Files that cannot be read, such
 * as half of one, leave what was read before.
 */
final class TlsFiles {

    private TlsFiles() {
    }

    /**
     * @throws IllegalArgumentException when there is nothing to begin with
     */
    static TrustManagerFactory trust(Path pem) {
        var now = new Latest<>(() -> TlsMaterial.trust(pem));
        return new TrustManagerFactory(new Trust(now), now.get().getProvider(), now.get().getAlgorithm()) { };
    }

    /**
     * @throws IllegalArgumentException when there is nothing to begin with
     */
    static KeyManagerFactory key(Path certificatePem, Path keyPem) {
        var now = new Latest<>(() -> TlsMaterial.key(certificatePem, keyPem));
        return new KeyManagerFactory(new Key(now), now.get().getProvider(), now.get().getAlgorithm()) { };
    }

    /** What was read last. */
    private static final class Latest<T> implements Supplier<T> {

        private static final Logger LOG = System.getLogger(TlsFiles.class.getName());

        private final Supplier<T> reading;
        private volatile T last;

        private Latest(Supplier<T> reading) {
            this.reading = reading;
            this.last = reading.get();
        }

        @Override
        public T get() {
            try {
                last = reading.get();
            } catch (IllegalArgumentException e) {
                LOG.log(Level.WARNING, "keeping the certificates at hand: " + e.getMessage());
            }
            return last;
        }
    }

    private static final class Trust extends TrustManagerFactorySpi {

        private final Latest<TrustManagerFactory> now;

        private Trust(Latest<TrustManagerFactory> now) {
            this.now = now;
        }

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return now.get().getTrustManagers();
        }

        @Override
        protected void engineInit(KeyStore store) {
            // The files are all there is.
        }

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {
            // The same.
        }
    }

    private static final class Key extends KeyManagerFactorySpi {

        private final Latest<KeyManagerFactory> now;

        private Key(Latest<KeyManagerFactory> now) {
            this.now = now;
        }

        @Override
        protected KeyManager[] engineGetKeyManagers() {
            return now.get().getKeyManagers();
        }

        @Override
        protected void engineInit(KeyStore store, char[] password) {
            // The files are all there is.
        }

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {
            // The same.
        }
    }
}
