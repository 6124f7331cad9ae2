package io.mcpsession.grpc;

import com.google.protobuf.FieldMask;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.UpdateSessionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.stream.Collectors.toMap;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

class UpdateSessionTest extends ApiOnRedis {

    private Session update(Session session, Map<String, String> attributes, String etag, String... paths) {
        return api.stub().updateSession(UpdateSessionRequest.newBuilder()
                .setSession(Session.newBuilder().setSessionId(session.getSessionId()).putAllAttributes(attributes)
                        .setEtag(etag))
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(paths)))
                .build());
    }

    @Test
    void aMaskOfOneNameChangesThatNameAlone() {
        Session session = create(alice);
        update(session, Map.of("a", "1", "b", "2"), "");

        assertThat(update(session, Map.of("b", "3", "c", "ignored"), "", "attributes.b").getAttributesMap(),
                is(Map.of("a", "1", "b", "3")));
        assertThat(update(session, Map.of(), "", "attributes.a").getAttributesMap(), is(Map.of("b", "3")));
        assertThat(get(session).getAttributesMap(), is(Map.of("b", "3")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "attributes"})
    void withoutANameAllAreReplaced(String path) {
        Session session = create(alice);
        update(session, Map.of("a", "1"), "");

        Session updated = path.isEmpty()
                ? update(session, Map.of("b", "2"), "")
                : update(session, Map.of("b", "2"), "", path);

        assertThat(updated.getAttributesMap(), is(Map.of("b", "2")));
    }

    @Test
    void anUpdateDoesNotExtendTheSession() {
        Session session = create(alice);
        advance(IDLE.dividedBy(2));

        assertThat(update(session, Map.of("a", "1"), "").getExpireTime(), is(session.getExpireTime()));
    }

    @Test
    void theEtagChangesWithTheAttributes() {
        Session session = create(alice);

        Session updated = update(session, Map.of("a", "1"), session.getEtag());

        assertThat(updated.getEtag(), is(not(session.getEtag())));
        assertThat(get(session).getEtag(), is(updated.getEtag()));
    }

    @Test
    void anEtagOfBeforeIsRefusedAndTheCurrentOneIsTold() {
        Session session = create(alice);
        Session updated = update(session, Map.of("a", "1"), "");

        Failure failure = Failure.of(() -> update(session, Map.of("a", "2"), session.getEtag()));

        assertThat(failure.code(), is(Code.ABORTED));
        assertThat(failure.reason(), is("SESSION_ETAG_MISMATCH"));
        assertThat(failure.metadata(), is(Map.of("etag", updated.getEtag())));
        assertThat(get(session), is(updated));
    }

    @Test
    void ofManyWhoReadTheSameOneWrites() throws Exception {
        Session session = create(alice);
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String value = Integer.toString(i);
            writers.add(() -> {
                try {
                    update(session, Map.of("winner", value), session.getEtag());
                    return true;
                } catch (StatusRuntimeException e) {
                    return false;
                }
            });
        }
        int won = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> writer : threads.invokeAll(writers)) {
                won += writer.get() ? 1 : 0;
            }
        }

        assertThat(won, is(1));
    }

    @Test
    void nothingButAttributesCanBeChanged() {
        Session session = create(alice);

        Failure failure = Failure.of(() -> update(session, Map.of(), "", "owner"));

        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.field(), is("update_mask"));
    }

    @Test
    void anUpdateMayNotAddUpToMoreThanThereMayBe() {
        Session session = create(alice);
        update(session, IntStream.range(0, 64).boxed().collect(toMap(String::valueOf, String::valueOf)), "");

        Failure failure = Failure.of(() -> update(session, Map.of("one more", ""), "", "attributes.one more"));

        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.field(), is("attributes"));
        assertThat(get(session).getAttributesMap(), is(aMapWithSize(64)));
    }

    @Test
    void whatHasEndedIsNotUpdated() {
        Session session = create(alice);
        delete(session, false);

        assertThat(Failure.of(() -> update(session, Map.of("a", "1"), "")).reason(), is("SESSION_NOT_FOUND"));
    }
}
