package io.mcpsession.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.mcpsession.relay.FeedClosedException;
import io.mcpsession.relay.FeedPosition;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionEventKind;
import io.mcpsession.v1.SessionServiceGrpc;
import java.time.Duration;

/**
 * One watcher: sends what passes its filter, and a checkpoint whenever that was nothing for a while. It has a thread of
 * its own, which a client that does not read holds up alone.
 */
final class Watch implements Runnable {

    private static final String METHOD = SessionServiceGrpc.getWatchSessionsMethod().getFullMethodName();

    private final SessionFeed.Reader reader;
    private final WatchFilter filter;
    private final long interval;
    private final ServerCallStreamObserver<SessionEvent> reply;
    private long sent;

    Watch(SessionFeed.Reader reader, WatchFilter filter, Duration interval,
          ServerCallStreamObserver<SessionEvent> reply) {
        this.reader = reader;
        this.filter = filter;
        this.interval = interval.toNanos();
        this.reply = reply;
    }

    @Override
    public void run() {
        try (reader) {
            checkpoint(reader.position());
            while (!reply.isCancelled()) {
                reader.next(Duration.ofNanos(Math.max(0, sent + interval - System.nanoTime()))).stream()
                        .filter(heard -> filter.test(heard.event()))
                        .forEach(heard -> send(message(heard)));
                if (System.nanoTime() - sent >= interval) {
                    checkpoint(reader.position());
                }
            }
        } catch (FeedClosedException e) {
            if (!reply.isCancelled()) {
                reply.onError(GrpcErrors.of(METHOD, e));
            }
        } catch (RuntimeException e) {
            reply.onError(GrpcErrors.of(METHOD, e));
        }
    }

    private void checkpoint(FeedPosition position) {
        send(SessionEvent.newBuilder()
                .setKind(SessionEventKind.SESSION_EVENT_KIND_CHECKPOINT)
                .setResumeToken(WatchToken.of(position))
                .build());
    }

    private void send(SessionEvent message) {
        reply.onNext(message);
        sent = System.nanoTime();
    }

    private static SessionEvent message(SessionFeed.Heard heard) {
        var event = heard.event();
        SessionEvent.Builder message = SessionEvent.newBuilder()
                .setKind(WatchFilter.kind(event.kind()))
                .setSessionId(event.session().value())
                .setOwner(Messages.principal(event.owner().issuer(), event.owner().subject()))
                .setTime(Messages.timestamp(event.at()))
                .setRevocationReason(event.reason())
                .setResumeToken(WatchToken.of(heard.position()));
        event.expires().ifPresent(at -> message.setExpireTime(Messages.timestamp(at)));
        return message.build();
    }
}
