package io.mcpsession.upstream;

import java.util.Optional;

/** Which list a server says it changed. */
enum Kind {
    TOOLS, PROMPTS, RESOURCES;

    /** The list a notification is about; empty when it is about none. */
    static Optional<Kind> of(String method) {
        return switch (method) {
            case "notifications/tools/list_changed" -> Optional.of(TOOLS);
            case "notifications/prompts/list_changed" -> Optional.of(PROMPTS);
            case "notifications/resources/list_changed" -> Optional.of(RESOURCES);
            default -> Optional.empty();
        };
    }
}
