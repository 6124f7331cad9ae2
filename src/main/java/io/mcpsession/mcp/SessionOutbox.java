package io.mcpsession.mcp;

import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.LongTexts;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionSubscriptions;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The way to a client outside of its calls: the stream of server messages of its session, on whichever replica that is.
 * A client that comes back to its stream hears what it missed. Methods wait until the bus has the message, so that who
 * speaks much speaks no faster than the bus takes it.
 */
public final class SessionOutbox implements AutoCloseable {

    /** Longest message, in characters. */
    public static final int LONGEST = 64 * 1024;

    private static final long PATIENCE_MILLIS = 2_000;

    private static final Logger LOG = System.getLogger(SessionOutbox.class.getName());

    private final Bus bus;
    private final LongTexts texts;
    private final Questions questions;
    private final SessionSubscriptions wanted;

    /**
     * @param texts  takes messages that are too long for the bus
     * @param wanted the resources that sessions want to hear of
     */
    public SessionOutbox(Bus bus, LongTexts texts, Questions questions, SessionSubscriptions wanted) {
        this.bus = bus;
        this.texts = texts;
        this.questions = questions;
        this.wanted = wanted;
    }

    /** The resources that a session wants to hear of. */
    public Set<String> wanted(SessionId session) {
        return wanted.of(session);
    }

    /** The questions that calls ask, which clients answer in the same way. */
    public Questions questions() {
        return questions;
    }

    /** Ends what waits for an answer. */
    @Override
    public void close() {
        questions.close();
    }

    /**
     * Sends a notification.
     *
     * @return false for one that is longer than {@link #LONGEST}, which is not sent
     */
    public boolean send(SessionId session, String method, JsonObject params) {
        String text = Json.text(JsonRpc.notification(method, params));
        if (text.length() > LONGEST) {
            return false;
        }
        publish(session, text);
        return true;
    }

    /**
     * Asks the client, and waits for its answer as a call does.
     *
     * @param user fingerprint of the owner of the session
     * @throws ClientRefusedException when the client answered with an error or not in time, or could not be asked
     * @throws CallCancelledException when the thread is interrupted
     */
    public JsonObject ask(String user, SessionId session, ClientRequest question) {
        if (Json.text(question.params()).length() > LONGEST) {
            String why = "The question is too long to be asked outside of a call.";
            throw new ClientRefusedException(why, new RpcError(RpcError.INVALID_PARAMS, why));
        }
        Questions.Open open = questions.ask(user, session, question, message -> publish(session, Json.text(message)));
        try {
            return open.await(new Cancellation());
        } finally {
            open.takeBack();
        }
    }

    private void publish(SessionId session, String text) {
        CompletableFuture<?> taken;
        try {
            taken = bus.publish(new BusEvent.SessionMessage(session, texts.write(session, text))).toCompletableFuture();
        } catch (StoreUnavailableException e) {
            LOG.log(Level.WARNING, () -> "a message for a client is lost: " + e.getMessage());
            return;
        }
        // What the bus lost is logged there.
        taken.copy().completeOnTimeout(null, PATIENCE_MILLIS, TimeUnit.MILLISECONDS).join();
    }

    /** Another server has a session, or another one, for this session of ours from now on. */
    public void bridged(SessionId session) {
        bus.publish(new BusEvent.SessionBridged(session));
    }

    /** Hears which sessions have a session at another server from now on; must not block. */
    public Bus.Following follow(Consumer<SessionId> listener) {
        return bus.follow(heard -> {
            if (heard.event() instanceof BusEvent.SessionBridged(SessionId session)) {
                listener.accept(session);
            }
        });
    }
}
