package io.mcpsession.mcp;

import io.mcpsession.handler.Tool;
import io.mcpsession.jsonrpc.Message;
import jakarta.json.JsonString;
import java.util.List;
import java.util.TreeSet;

/** What a token must grant for a single request. */
public final class RequiredScopes {

    private final LiveCatalogue catalogue;

    public RequiredScopes(LiveCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** In a stable order; empty for most requests. */
    public List<String> of(Message.Request request) {
        return request.method().equals("tools/call") && request.params().get("name") instanceof JsonString name
                ? catalogue.current().tool(name.getString()).map(tool -> tool.description().scopes()).orElse(List.of())
                : List.of();
    }

    /** All that any request may need. */
    public List<String> all() {
        TreeSet<String> all = new TreeSet<>();
        catalogue.current().offering().tools().stream().map(Tool::description).forEach(tool -> all.addAll(tool.scopes()));
        return List.copyOf(all);
    }
}
