package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the server says of itself. */
public record ServerInfo(String name, String title, String version, String instructions) {

    /** What clients are told of how to use this server and those behind it. */
    String instructions(Catalogue catalogue) {
        return Stream.concat(Stream.of(instructions), catalogue.standing().instructions().stream())
                .collect(Collectors.joining("\n\n"));
    }

    JsonObject json() {
        return Json.object().add("name", name).add("title", title).add("version", version).build();
    }
}
