package io.mcpsession.http;

import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.mcp.Outbox;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The answer to one POST: a JSON object, or an event stream from the first message on that the handler sends before its
 * result.
 */
final class PostReply implements Outbox {

    private final Recipient recipient;
    private final StreamLimits limits;
    private final Duration keepAlive;
    private final Optional<CallStream> memory;
    private final boolean marked;
    /** Empty when a call goes on without its client. */
    private final Optional<Runnable> whenBroken;
    /** Keeps messages in order. Held while the client is slow, so never waited for by whoever serves other calls too. */
    private final ReentrantLock sending = new ReentrantLock();
    private EventStream stream;
    private boolean done;

    private PostReply(Recipient recipient, StreamLimits limits, Duration keepAlive, Optional<CallStream> memory,
                      boolean marked, Optional<Runnable> whenBroken) {
        this.recipient = recipient;
        this.limits = limits;
        this.keepAlive = keepAlive;
        this.memory = memory;
        this.marked = marked;
        this.whenBroken = whenBroken;
    }

    /**
     * Session era: a client that is gone has cancelled nothing and may resume the stream.
     *
     * @param memory remembers the events of a call that has a session
     * @param marked whether the stream begins with an id (since 2025-11-25)
     */
    static PostReply resumable(Recipient recipient, StreamLimits limits, Optional<CallStream> memory, boolean marked) {
        return new PostReply(recipient, limits, Duration.ofSeconds(15), memory, marked, Optional.empty());
    }

    /**
     * Stateless era: a client that is gone has cancelled its call (2026-07-28, Streamable HTTP, Cancellation). One that is
     * gone without a word is noticed when the stream, which looks every second, meets no answer.
     */
    static PostReply cancellable(Recipient recipient, StreamLimits limits, Runnable whenBroken) {
        return new PostReply(recipient, limits, Duration.ofSeconds(1), Optional.empty(), false,
                Optional.of(whenBroken));
    }

    @Override
    public void send(JsonObject message) {
        sending.lock();
        try {
            // Without a stream a message is left out, but for a question, which somebody would wait to be answered.
            if (begun(message.containsKey("id"))) {
                stream.message(remember(message, false), message);
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public String caller() {
        return recipient.share().holder();
    }

    @Override
    public boolean canAsk() {
        return recipient.accepts().stream();
    }

    /**
     * Whether there is a stream that more can be sent on.
     *
     * @param needed whether it is a failure when the caller may have no more streams
     * @throws TooManyOpenException when it is
     */
    private synchronized boolean begun(boolean needed) {
        if (!recipient.accepts().stream() || done) {
            return false;
        }
        try {
            open();
            return true;
        } catch (TooManyOpenException e) {
            if (needed) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Opens the stream of a call that takes long, so that proxies do not give it up and a gone client is noticed. A client
     * that only takes anything is not given a stream that has nothing to say. Does not wait.
     */
    synchronized void openIfSilent() {
        if (recipient.accepts().namesStream() && stream == null && begun(false) && marked) {
            memory.ifPresent(CallStream::begin);
        }
    }

    /** Listens whether the client is there, of a call that takes so long that it is worth it. */
    ClientPresence.Watch watch() {
        return whenBroken.map(this::watch).orElse(() -> { });
    }

    private ClientPresence.Watch watch(Runnable cancel) {
        return recipient.client().watch(new ClientPresence.Listener() {

            @Override
            public void left() {
                cancel.run();
            }

            @Override
            public void saysNoMore() {
                if (recipient.accepts().stream()) {
                    // Shows whether it reads on.
                    begun(false);
                } else {
                    left();
                }
            }
        });
    }

    private void open() {
        if (stream == null) {
            EventStream opened = new EventStream(recipient, limits, keepAlive, whenBroken.orElse(() -> { }));
            opened.start();
            stream = opened;
            if (marked) {
                memory.ifPresent(it -> stream.mark(it.start()));
            }
        }
    }

    /** Sends the result or the error, and ends the answer. */
    void finish(JsonObject answer) {
        finish(Optional.of(answer), Status.OK_200);
    }

    /** Ends the answer with an error of the stateless era, which has statuses; a stream has said 200 already. */
    void finish(JsonObject answer, Status status) {
        finish(Optional.of(answer), status);
    }

    /**
     * Ends the answer with what went wrong. A fault of the handler is an answer like any other: the official Python client
     * before 2 closes its connection for good when one call of many is answered with 500.
     *
     * @throws RuntimeException the failure itself, when it has a status and nothing was sent yet
     */
    void fail(RuntimeException failure, JsonValue request) {
        synchronized (this) {
            done = true;
            if (stream == null && HttpErrors.hasStatus(failure)) {
                throw failure;
            }
        }
        finish(HttpErrors.answer(failure, request));
    }

    /** Ends the answer to a call that was cancelled: it gets no response. */
    void abandon() {
        finish(Optional.empty(), Status.ACCEPTED_202);
    }

    private void finish(Optional<JsonObject> answer, Status status) {
        synchronized (this) {
            done = true;
            if (stream == null && answer.isPresent() && !recipient.accepts().json()) {
                open();
            }
        }
        if (stream == null) {
            ServerResponse response = recipient.response();
            response.status(status);
            answer.ifPresentOrElse(it -> Replies.json(recipient, limits, it), () -> Replies.empty(response, status));
            return;
        }
        sending.lock();
        try {
            answer.ifPresentOrElse(it -> stream.message(remember(it, true), it), () -> memory.ifPresent(CallStream::end));
            stream.end();
        } finally {
            sending.unlock();
        }
        stream.await();
        if (stream.broken()) {
            throw new CloseConnectionException("the client of a stream is gone");
        }
    }

    private String remember(JsonObject message, boolean last) {
        return memory.map(it -> it.remember(message, last)).orElse("");
    }
}
