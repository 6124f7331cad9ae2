package io.mcpsession.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.redisson.config.Credentials;
import org.redisson.config.CredentialsResolver;

/**
 * The login as the files hold it now: connections that stand log in again when it changes, new ones use the new. So a
 * password is changed by giving the user both, then changing the file, then taking the old one away.
 *
 * <p>Sentinels are asked by the same client, and it says of a connection only where it goes. So they are known by their
 * ports, on which no Redis of the deployment may listen.
 */
final class LoginFiles implements CredentialsResolver, AutoCloseable {

    private static final Logger LOG = System.getLogger(LoginFiles.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final RedisLogin login;
    private final Credentials sentinels;
    private final Set<Integer> sentinelPorts;
    private final ScheduledExecutorService timer;
    private volatile RedisLogin now;
    private String told = "";
    private volatile CompletableFuture<Void> renewal = new CompletableFuture<>();

    /**
     * @param sentinelPorts ports of what is logged in to as {@code sentinels}
     * @throws IllegalArgumentException when a file cannot be read; the message names it
     */
    LoginFiles(RedisLogin login, RedisLogin sentinels, Set<Integer> sentinelPorts) {
        this.login = login;
        this.sentinels = credentials(sentinels);
        this.sentinelPorts = Set.copyOf(sentinelPorts);
        this.now = login.read();
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("redis-login").daemon().unstarted(task));
        timer.scheduleWithFixedDelay(this::look, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            RedisLogin found = login.read();
            if (!found.equals(now)) {
                now = found;
                LOG.log(Level.INFO, "logging in to Redis with what the files hold now");
                CompletableFuture<Void> waiting = renewal;
                renewal = new CompletableFuture<>();
                waiting.complete(null);
            }
        } catch (RuntimeException e) {
            // Half way through being written a file may be empty; it may be whole at the next look.
            if (!e.getMessage().equals(told)) {
                told = e.getMessage();
                LOG.log(Level.WARNING, "keeping the login at hand: " + told);
            }
        }
    }

    @Override
    public CompletionStage<Credentials> resolve(InetSocketAddress address) {
        boolean sentinel = address != null && sentinelPorts.contains(address.getPort());
        return CompletableFuture.completedFuture(sentinel ? sentinels : credentials(now));
    }

    @Override
    public CompletionStage<Void> nextRenewal() {
        return renewal;
    }

    private static Credentials credentials(RedisLogin login) {
        return new Credentials(login.user().orElse(null), login.password().orElse(null));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
