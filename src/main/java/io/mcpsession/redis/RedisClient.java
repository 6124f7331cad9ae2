package io.mcpsession.redis;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.TrustManagerFactory;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.TransportMode;

/** Opens the Redisson client. */
public final class RedisClient {

    private RedisClient() {
    }

    /**
     * A client that connects when it is first used, so that the server starts while Redis is down, and heals by itself.
     *
     * @throws IllegalArgumentException when the trust certificates cannot be read
     */
    public static RedissonClient open(RedisConfig settings) {
        Config config = new Config();
        config.setLazyInitialization(true);
        config.setCodec(StringCodec.INSTANCE);
        config.setUseScriptCache(true);
        // Two event loops and native epoll gave about twice the throughput of the default 32 on two cores.
        int cores = Runtime.getRuntime().availableProcessors();
        config.setNettyThreads(cores);
        config.setThreads(cores);
        config.setTransportMode(Epoll.isAvailable() ? TransportMode.EPOLL : TransportMode.NIO);
        config.setTcpNoDelay(true);
        config.setTcpKeepAlive(true);
        settings.user().ifPresent(config::setUsername);
        settings.password().ifPresent(config::setPassword);
        settings.trustCertificates().ifPresent(file -> config.setSslTrustManagerFactory(trusting(file)));

        int timeout = Math.toIntExact(settings.timeout().toMillis());
        config.useSingleServer()
                .setAddress(settings.address().toString())
                .setDatabase(settings.database())
                .setConnectionPoolSize(settings.connections())
                .setConnectionMinimumIdleSize(Math.min(settings.connections(), cores * 2))
                .setSubscriptionConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionPoolSize(8)
                // Two attempts and the delay between them fill the timeout: whoever connects first waits for all three.
                .setConnectTimeout(timeout * 2 / 5)
                .setTimeout(timeout * 2 / 5)
                .setRetryAttempts(1)
                // Also how long a command waits for a free connection or to be written before that counts as a failed
                // attempt: with 50 ms, half a second of a busy Redis or a starved processor failed most requests.
                .setRetryDelay(new ConstantDelay(Duration.ofMillis(timeout / 5)))
                .setReconnectionDelay(new ConstantDelay(Duration.ofMillis(500)))
                .setPingConnectionInterval(5000);
        return Redisson.create(config);
    }

    private static TrustManagerFactory trusting(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("ca-" + number++, certificate);
            }
            if (number == 0) {
                // Java would find out with the first handshake, and say that a parameter must be non-empty.
                throw new IOException("there are none in it");
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("mcp.store.redis.trust-certificates: cannot read certificates from "
                    + pem + ": " + e.getMessage(), e);
        }
    }
}
