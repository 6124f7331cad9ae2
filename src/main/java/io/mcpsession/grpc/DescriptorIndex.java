package io.mcpsession.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Proto files with all they import, by name and by what they define. Immutable. */
final class DescriptorIndex {

    private final Map<String, FileDescriptor> files = new HashMap<>();
    private final Map<String, FileDescriptor> symbols = new HashMap<>();
    private final Map<String, List<FieldDescriptor>> extensions = new HashMap<>();

    DescriptorIndex(Collection<FileDescriptor> described) {
        described.stream().flatMap(DescriptorIndex::withImports)
                .filter(file -> files.putIfAbsent(file.getName(), file) == null)
                .forEach(this::add);
    }

    /** A file and all that it imports, each once, itself first. */
    static Stream<FileDescriptor> withImports(FileDescriptor file) {
        Set<String> seen = new HashSet<>();
        List<FileDescriptor> all = new ArrayList<>(List.of(file));
        for (int i = 0; i < all.size(); i++) {
            all.get(i).getDependencies().stream().filter(it -> seen.add(it.getName())).forEach(all::add);
        }
        return all.stream();
    }

    private void add(FileDescriptor file) {
        file.getServices().forEach(service -> {
            name(service);
            service.getMethods().forEach(this::name);
        });
        file.getEnumTypes().forEach(this::name);
        file.getMessageTypes().forEach(this::add);
        file.getExtensions().forEach(this::addExtension);
    }

    private void add(Descriptor type) {
        name(type);
        type.getEnumTypes().forEach(this::name);
        type.getNestedTypes().forEach(this::add);
        type.getExtensions().forEach(this::addExtension);
    }

    private void addExtension(FieldDescriptor extension) {
        name(extension);
        extensions.computeIfAbsent(extension.getContainingType().getFullName(), _ -> new ArrayList<>()).add(extension);
    }

    private void name(GenericDescriptor symbol) {
        symbols.put(symbol.getFullName(), symbol.getFile());
    }

    Optional<FileDescriptor> file(String name) {
        return Optional.ofNullable(files.get(name));
    }

    /** The file that defines a service, method, message, enum or extension. */
    Optional<FileDescriptor> fileOf(String symbol) {
        return Optional.ofNullable(symbols.get(symbol));
    }

    /** Extensions of a message. */
    List<FieldDescriptor> extensions(String type) {
        return extensions.getOrDefault(type, List.of());
    }
}
