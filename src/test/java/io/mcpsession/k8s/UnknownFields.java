package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Fields that Kubernetes would ignore or refuse. The types keep what they do not know as "additional properties": the
 * walk looks for any.
 */
final class UnknownFields {

    private static final ClassValue<List<Method>> GETTERS = new ClassValue<>() {

        @Override
        protected List<Method> computeValue(Class<?> type) {
            return Stream.of(type.getMethods())
                    .filter(method -> method.getParameterCount() == 0 && method.getName().startsWith("get")
                            && method.getName().length() > 3 && !method.getName().equals("getClass")
                            && !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
                    .toList();
        }
    };

    private final List<String> found = new ArrayList<>();

    private UnknownFields() {
    }

    /** The path of each, such as {@code Deployment/mcp-session-server.spec.replica}. */
    static List<String> of(HasMetadata resource) {
        if (resource instanceof GenericKubernetesResource) {
            return List.of("unknown kind " + resource.getApiVersion() + " " + resource.getKind());
        }
        UnknownFields fields = new UnknownFields();
        fields.walk(resource, resource.getKind() + "/" + resource.getMetadata().getName());
        return fields.found;
    }

    private void walk(Object value, String path) {
        switch (value) {
            case null -> { }
            case List<?> items -> {
                for (int i = 0; i < items.size(); i++) {
                    walk(items.get(i), path + "[" + i + "]");
                }
            }
            case Map<?, ?> entries -> entries.forEach((key, item) -> walk(item, path + "." + key));
            case Object object when object.getClass().getName().startsWith("io.fabric8.") -> object(object, path);
            default -> { }
        }
    }

    private void object(Object object, String path) {
        GETTERS.get(object.getClass()).forEach(method -> {
            if (method.getName().equals("getAdditionalProperties")) {
                ((Map<?, ?>) called(method, object)).keySet().forEach(key -> found.add(path + "." + key));
            } else {
                String name = method.getName().substring(3);
                walk(called(method, object), path + "." + Character.toLowerCase(name.charAt(0)) + name.substring(1));
            }
        });
    }

    private static Object called(Method method, Object object) {
        try {
            return method.invoke(object);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(method.toString(), e);
        }
    }
}
