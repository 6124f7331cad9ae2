package io.mcpsession.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rounds of several kinds of load, in the order in which they came. */
final class Samples {

    private final Map<Key, List<Figures>> rounds = new LinkedHashMap<>();

    private record Key(String group, String name, String clients, Beside beside) {
    }

    void add(String group, String name, String clients, Beside beside, Figures figures) {
        rounds.computeIfAbsent(new Key(group, name, clients, beside), _ -> new ArrayList<>()).add(figures);
    }

    /**
     * The medians.
     *
     * @param csv where each round is written
     */
    List<Row> rows(Path csv) throws IOException {
        StringBuilder raw = new StringBuilder("group,name,clients,round," + Figures.CSV + "\n");
        List<Row> rows = new ArrayList<>();
        rounds.forEach((key, all) -> {
            for (int i = 0; i < all.size(); i++) {
                raw.append(String.format(Locale.ROOT, "%s,\"%s\",%s,%d,%s%n", key.group, key.name, key.clients, i + 1,
                        all.get(i).csv()));
            }
            rows.add(new Row(key.group, key.name, key.clients, key.beside, Figures.median(all)));
        });
        Files.writeString(csv, raw);
        return rows;
    }
}
