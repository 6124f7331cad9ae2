package io.mcpsession.tools;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolException;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionNotes;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * {@code note_set}, {@code note_get}, {@code note_list}, {@code note_delete}: short texts kept in the session. What one
 * replica writes, every other reads.
 */
public final class NoteTools {

    private static final String NAME = "name";
    private static final String TEXT = "text";
    private static final String BYTES = "bytes";
    private static final Pattern NOTE_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final String NAME_PROPERTY = """
            "name": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$", "description": "Name of the note."},""";
    private static final String STORED = """
            "name": {"type": "string"}, "bytes": {"type": "integer", "description": "Size of its text as UTF-8."}""";

    private final SessionNotes notes;

    public NoteTools(SessionNotes notes) {
        this.notes = notes;
    }

    public List<Tool> all() {
        return List.of(
                tool("note_set", "Set a note",
                        "Keeps a short text in this session under a name, replacing what was there. A session holds "
                                + SessionNotes.MAX_NOTES + " notes of " + SessionNotes.MAX_BYTES + " bytes at most and"
                                + " forgets them when it ends.",
                        schema(NAME_PROPERTY + """
                                "text": {"type": "string", "description": "What to keep; 4096 bytes at most."},""",
                                "\"name\", \"text\""),
                        closed(STORED + """
                                , "handle": {"type": "string", "description": "What to pass as handle in later calls. \
                                Only there where the client has neither a session nor a conversation."}""",
                                "\"name\", \"bytes\""),
                        // Destructive: what was there is lost.
                        new Hints(false, true, true, false), this::set),
                tool("note_get", "Get a note", "Reads a note of this session by its name.",
                        schema(NAME_PROPERTY, "\"name\""),
                        closed("""
                                "name": {"type": "string"}, "text": {"type": "string"}""", "\"name\", \"text\""),
                        new Hints(true, false, true, false), this::get),
                tool("note_list", "List notes", "Lists the names of this session's notes with their sizes in bytes.",
                        schema("", ""),
                        closed("""
                                "notes": {"type": "array", "items": %s}"""
                                .formatted(closed(STORED, "\"name\", \"bytes\"")), "\"notes\""),
                        new Hints(true, false, true, false), this::list),
                tool("note_delete", "Delete a note", "Deletes a note of this session by its name.",
                        schema(NAME_PROPERTY, "\"name\""),
                        closed("""
                                "name": {"type": "string", "description": "Name of the note that is gone."}""",
                                "\"name\""),
                        new Hints(false, true, true, false), this::delete));
    }

    private ToolResult set(Call call, Arguments arguments) {
        String name = name(arguments.only(NAME, TEXT, SessionScope.HANDLE));
        String text = arguments.string(TEXT);
        int size = size(text);
        if (size > SessionNotes.MAX_BYTES) {
            throw new ToolException("The text takes " + size + " bytes; a note holds " + SessionNotes.MAX_BYTES
                    + " at most. Shorten it or split it over several notes.");
        }
        Optional<String> given = arguments.optionalString(SessionScope.HANDLE);
        Optional<Session> session = SessionScope.find(call, arguments);
        SessionId id = session.orElseGet(call::openHandle).id();
        return switch (notes.put(id, name, text)) {
            case STORED -> stored(name, size, id, given.isPresent(), session.isEmpty());
            case TOO_MANY -> throw new ToolException("This session holds " + SessionNotes.MAX_NOTES
                    + " notes already. Delete one with note_delete first.");
            case SESSION_GONE -> throw new ToolException("This session has just ended; open a new one and try again.");
        };
    }

    private static ToolResult stored(String name, int size, SessionId id, boolean byHandle, boolean opened) {
        JsonObjectBuilder stored = Json.object().add(NAME, name).add(BYTES, size);
        if (byHandle || opened) {
            stored.add(SessionScope.HANDLE, id.value());
        }
        return ToolResult.structured("Stored note \"" + name + "\" (" + size + " bytes)." + (opened
                ? " Its handle is " + id.value() + ": pass it as \"handle\" in later calls. It is forgotten when it is not"
                + " used for a while."
                : ""), stored.build());
    }

    private ToolResult get(Call call, Arguments arguments) {
        String name = name(arguments.only(NAME, SessionScope.HANDLE));
        return notes.get(SessionScope.of(call, arguments).id(), name)
                .map(text -> ToolResult.structured(text, Json.object().add(NAME, name).add(TEXT, text).build()))
                .orElseThrow(() -> noSuchNote(name));
    }

    private ToolResult list(Call call, Arguments arguments) {
        SessionId session = SessionScope.of(call, arguments.only(SessionScope.HANDLE)).id();
        JsonArrayBuilder list = Json.array();
        notes.list(session).forEach((name, text) -> list.add(Json.object().add(NAME, name).add(BYTES, size(text))));
        return ToolResult.structured(Json.object().add("notes", list).build());
    }

    private ToolResult delete(Call call, Arguments arguments) {
        String name = name(arguments.only(NAME, SessionScope.HANDLE));
        if (!notes.delete(SessionScope.of(call, arguments).id(), name)) {
            throw noSuchNote(name);
        }
        return ToolResult.structured("Deleted note \"" + name + "\".", Json.object().add(NAME, name).build());
    }

    private static int size(String text) {
        return text.getBytes(UTF_8).length;
    }

    private static String name(Arguments arguments) {
        String name = arguments.string(NAME);
        if (!NOTE_NAME.matcher(name).matches()) {
            throw new ToolException("A note's name takes 1 to 64 letters, digits, '_', '.' and '-'.");
        }
        return name;
    }

    private static ToolException noSuchNote(String name) {
        return new ToolException("This session has no note \"" + name + "\". note_list shows which it has.");
    }

    private static JsonObject schema(String properties, String required) {
        return closed(properties + SessionScope.HANDLE_PROPERTY, required);
    }

    private static JsonObject closed(String properties, String required) {
        return Json.parseObject("""
                {"type": "object", "properties": {%s}, "required": [%s], "additionalProperties": false}"""
                .formatted(properties, required));
    }

    private static Tool tool(String name, String title, String description, JsonObject input, JsonObject output,
                             Hints hints, BiFunction<Call, Arguments, ToolResult> action) {
        ToolDescription described = new ToolDescription(name, title, description, input, Optional.of(output), hints);
        return new Tool() {
            @Override
            public ToolDescription description() {
                return described;
            }

            @Override
            public ToolResult call(Call call, Arguments arguments) {
                return action.apply(call, arguments);
            }
        };
    }
}
