package io.mcpsession.conformance;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Completion;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.handler.ResourceTemplate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Resources and the template. */
final class ConformanceResources {

    static final String WATCHED = "test://watched-resource";

    private ConformanceResources() {
    }

    static List<Resource> all() {
        return List.of(
                resource(new ResourceContents.Text("test://static-text", "text/plain",
                        "This is the content of the static text resource."), "static-text", "text/plain"),
                resource(new ResourceContents.Binary("test://static-binary", Samples.PNG, Samples.image()),
                        "static-binary", Samples.PNG),
                resource(new ResourceContents.Text(WATCHED, "text/plain", "Watched resource content"),
                        "watched-resource", "text/plain"));
    }

    private static Resource resource(ResourceContents contents, String name, String mimeType) {
        String uri = contents.json().getString("uri");
        Resource.Description described =
                new Resource.Description(uri, name, name, "A resource for testing.", mimeType);
        return new Resource() {
            @Override
            public Description description() {
                return described;
            }

            @Override
            public List<ResourceContents> read(Call call) {
                return List.of(contents);
            }
        };
    }

    static List<ResourceTemplate> templates() {
        return List.of(new ById());
    }

    private static final class ById implements ResourceTemplate {

        @Override
        public Description description() {
            return new Description("test://template/{id}/data", "template", "Template", "A resource for each id.",
                    "application/json");
        }

        @Override
        public List<ResourceContents> read(Call call, String uri, Map<String, String> variables) {
            String id = variables.get("id");
            return List.of(new ResourceContents.Text(uri, "application/json",
                    "{\"id\":\"%s\",\"templateTest\":true,\"data\":\"Data for ID: %s\"}".formatted(id, id)));
        }

        @Override
        public Completion complete(Call call, String variable, String value, Map<String, String> context) {
            return Completion.of(Stream.of("123", "124", "456").filter(id -> id.startsWith(value)).toList());
        }
    }
}
