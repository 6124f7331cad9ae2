package io.mcpsession.redis;

import io.netty.channel.epoll.Epoll;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.BaseConfig;
import org.redisson.config.BaseMasterSlaveServersConfig;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.ReadMode;
import org.redisson.config.SentinelServersConfig;
import org.redisson.config.SubscriptionMode;
import org.redisson.config.TransportMode;

/** Opens the Redisson client. */
public final class RedisClient {

    /** How often Sentinels, nodes or servers are asked who is primary. */
    private static final int SCAN_MILLIS = 1000;

    private RedisClient() {
    }

    /**
     * A client that connects when it is first used, so that the server starts while Redis is down, and heals by itself.
     *
     * @throws IllegalArgumentException when a certificate, a key or a login cannot be read from its file
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
        logIn(config, settings);
        settings.tls().trust().ifPresent(file -> config.setSslTrustManagerFactory(TlsFiles.trust(file)));
        settings.tls().certificate().ifPresent(certificate -> config.setSslKeyManagerFactory(
                TlsFiles.key(certificate, settings.tls().key().orElseThrow())));
        switch (settings.topology()) {
            case SINGLE -> single(config, settings, cores);
            case SENTINEL -> sentinel(config, settings, cores);
            case CLUSTER -> {
                var cluster = config.useClusterServers()
                        .setScanInterval(SCAN_MILLIS)
                        // With one shard away the others are served.
                        .setCheckSlotsCoverage(false);
                settings.addresses().forEach(address -> cluster.addNodeAddress(address.toString()));
                ofPrimaries(cluster, settings, cores);
            }
            case REPLICATED -> {
                var replicated = config.useReplicatedServers()
                        .setScanInterval(SCAN_MILLIS)
                        .setMonitorIPChanges(true)
                        .setDatabase(settings.database());
                settings.addresses().forEach(address -> replicated.addNodeAddress(address.toString()));
                ofPrimaries(replicated, settings, cores);
            }
        }
        return Redisson.create(config);
    }

    /** Files are followed for as long as the process runs, as the client is. */
    private static void logIn(Config config, RedisConfig settings) {
        RedisLogin login = settings.login();
        if (!login.isInFiles()) {
            login.user().ifPresent(config::setUsername);
            login.password().ifPresent(config::setPassword);
            return;
        }
        Set<Integer> sentinels = settings.topology() == Topology.SENTINEL
                ? settings.addresses().stream().map(URI::getPort).collect(Collectors.toSet())
                : Set.of();
        config.setCredentialsResolver(new LoginFiles(login, settings.sentinelLogin(), sentinels));
    }

    private static void single(Config config, RedisConfig settings, int cores) {
        var single = config.useSingleServer();
        inTime(single, settings);
        single.setAddress(settings.addresses().getFirst().toString())
                .setDatabase(settings.database())
                .setConnectionPoolSize(settings.connections())
                .setConnectionMinimumIdleSize(Math.min(settings.connections(), cores * 2))
                .setSubscriptionConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionPoolSize(8)
                // The name of a primary that failed over names another one from then on.
                .setDnsMonitoringInterval(SCAN_MILLIS);
    }

    private static void sentinel(Config config, RedisConfig settings, int cores) {
        SentinelServersConfig sentinel = config.useSentinelServers()
                .setMasterName(settings.masterName())
                .setDatabase(settings.database())
                .setScanInterval(SCAN_MILLIS)
                // A start must be possible while all Sentinels but one are away.
                .setCheckSentinelsList(false);
        settings.addresses().forEach(address -> sentinel.addSentinelAddress(address.toString()));
        settings.sentinelLogin().user().ifPresent(sentinel::setSentinelUsername);
        settings.sentinelLogin().password().ifPresent(sentinel::setSentinelPassword);
        ofPrimaries(sentinel, settings, cores);
    }

    private static void ofPrimaries(BaseMasterSlaveServersConfig<?> config, RedisConfig settings, int cores) {
        inTime(config, settings);
        // A replica may not have heard yet of what has just been acknowledged, such as a revocation.
        config.setReadMode(ReadMode.MASTER);
        config.setSubscriptionMode(SubscriptionMode.MASTER);
        config.setMasterConnectionPoolSize(settings.connections());
        config.setMasterConnectionMinimumIdleSize(Math.min(settings.connections(), cores * 2));
        config.setSubscriptionConnectionMinimumIdleSize(1);
        config.setSubscriptionConnectionPoolSize(8);
        config.setDnsMonitoringInterval(SCAN_MILLIS);
    }

    private static void inTime(BaseConfig<?> config, RedisConfig settings) {
        int timeout = Math.toIntExact(settings.timeout().toMillis());
        // Two attempts and the delay between them fill the timeout: whoever connects first waits for all three.
        config.setConnectTimeout(timeout * 2 / 5);
        config.setTimeout(timeout * 2 / 5);
        config.setRetryAttempts(1);
        // Also how long a command waits for a free connection or to be written before that counts as a failed
        // attempt: with 50 ms, half a second of a busy Redis or a starved processor failed most requests.
        config.setRetryDelay(new ConstantDelay(Duration.ofMillis(timeout / 5)));
        config.setReconnectionDelay(new ConstantDelay(Duration.ofMillis(500)));
        config.setPingConnectionInterval(5000);
    }
}
