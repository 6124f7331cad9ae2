package io.mcpsession.ops;

import io.helidon.common.tls.Tls;
import io.helidon.config.Config;
import io.mcpsession.session.Sha256;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes up new certificates when their files change, without a restart: connections that stand go on, new ones see the
 * new. Compares what the files hold, twice the same, because Kubernetes changes a mounted secret by turning a link.
 */
public final class TlsReload implements AutoCloseable {

    private static final Logger LOG = System.getLogger(TlsReload.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final Config tls;
    private final List<Path> files;
    private final Consumer<Tls> listener;
    private final Duration period;
    private final ScheduledExecutorService timer;
    private byte[] taken;
    private byte[] seen;

    /**
     * @param tls      Helidon's configuration of a listener's TLS
     * @param listener told of the new TLS
     */
    public TlsReload(Config tls, Consumer<Tls> listener) {
        this(tls, listener, PERIOD);
    }

    TlsReload(Config tls, Consumer<Tls> listener, Duration period) {
        this.tls = tls;
        this.listener = listener;
        this.period = period;
        this.files = tls.traverse().filter(Config::isLeaf)
                .filter(leaf -> leaf.key().toString().endsWith(".resource.path"))
                .map(leaf -> Path.of(leaf.asString().get()))
                .toList();
        this.taken = fingerprint();
        this.seen = taken;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("tls-reload").daemon().unstarted(task));
    }

    /** Starts looking, if there are files to look at. */
    public void start() {
        if (!files.isEmpty()) {
            timer.scheduleWithFixedDelay(this::look, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        try {
            byte[] now = fingerprint();
            boolean settled = Arrays.equals(now, seen);
            seen = now;
            // Who writes one file after the other must not have a key taken up with the certificate of another.
            if (settled && !Arrays.equals(now, taken)) {
                listener.accept(Tls.create(tls));
                taken = now;
                LOG.log(Level.INFO, "the internal socket has new certificates");
            }
        } catch (RuntimeException e) {
            // What cannot be read may be whole at the next look.
            LOG.log(Level.WARNING, "keeping the certificates at hand: " + e.getMessage());
        }
    }

    private byte[] fingerprint() {
        MessageDigest digest = Sha256.begun();
        for (Path file : files) {
            try {
                digest.update(Files.readAllBytes(file));
            } catch (IOException e) {
                // Gone for a moment, or for good: another fingerprint either way, and Helidon says what is wrong.
                digest.update((byte) 0);
            }
        }
        return digest.digest();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
