package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

class ReadRecordsTest {

    private static final Instant NOW = Instant.ofEpochMilli(1_795_000_000_000L);
    private static final Session SESSION = Session.opened(new SessionId("mcp-1795000000000-" + "A".repeat(40)),
            Principal.ofSubject("alice"), NOW, new Opening("2025-11-25", new ClientInfo("c", "1", "{}")));

    @ParameterizedTest
    @EnumSource
    void aRecordSeenBeforeSaysTheSameAndExpiresWhenItDoesNow(Layout layout) {
        ReadRecords records = new ReadRecords(layout);
        Session first = records.read(layout.write(SESSION), NOW);

        Session again = records.read(layout.write(SESSION), NOW.plusSeconds(7));

        assertThat(again, is(layout.read(layout.write(SESSION), NOW.plusSeconds(7))));
        assertThat(again.client(), is(sameInstance(first.client())));
    }

    @ParameterizedTest
    @EnumSource
    void aRecordThatChangedIsReadAnew(Layout layout) {
        ReadRecords records = new ReadRecords(layout);
        records.read(layout.write(SESSION), NOW);

        Session changed = records.read(layout.write(SESSION.withAttributes(Map.of("level", "debug"))), NOW);

        assertThat(changed.attributes(), is(Map.of("level", "debug")));
    }

    @Test
    void aLongRecordIsNotKept() {
        ReadRecords records = new ReadRecords(Layout.MAP_CACHE);
        String text = Layout.MAP_CACHE.write(SESSION.withAttributes(Map.of("long", "x".repeat(2048))));

        Session first = records.read(text, NOW);

        assertThat(records.read(text, NOW).client(), is(not(sameInstance(first.client()))));
    }

    @Test
    void whatIsNoRecordIsRefusedEachTime() {
        ReadRecords records = new ReadRecords(Layout.MAP_CACHE);

        assertThrows(IllegalStateException.class, () -> records.read("none", NOW));
        assertThrows(IllegalStateException.class, () -> records.read("none", NOW));
    }
}
