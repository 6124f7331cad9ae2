package io.mcpsession.grpc;

import io.mcpsession.v1.UpdateSessionRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What UpdateSession makes of a session's attributes. Refuses by throwing, which leaves the session as it is. */
final class AttributeChange implements UnaryOperator<Map<String, String>> {

    private static final String ALL = "attributes";
    private static final String ONE = ALL + ".";

    private final Map<String, String> given;
    private final List<String> paths;
    private final String etag;

    private AttributeChange(Map<String, String> given, List<String> paths, String etag) {
        this.given = given;
        this.paths = paths;
        this.etag = etag;
    }

    static AttributeChange of(UpdateSessionRequest request) {
        List<String> paths = request.getUpdateMask().getPathsList();
        for (String path : paths) {
            if (!path.equals("*") && !path.equals(ALL) && !(path.startsWith(ONE) && path.length() > ONE.length())) {
                throw GrpcErrors.invalid("update_mask", "names what cannot be changed; only attributes can");
            }
        }
        return new AttributeChange(Requests.attributes(request.getSession().getAttributesMap()), paths,
                request.getSession().getEtag());
    }

    @Override
    public Map<String, String> apply(Map<String, String> current) {
        String now = Etag.of(current);
        if (!etag.isEmpty() && !etag.equals(now)) {
            throw GrpcErrors.etagMismatch(now);
        }
        if (paths.stream().allMatch(path -> path.equals("*") || path.equals(ALL))) {
            return given;
        }
        Map<String, String> changed = new HashMap<>(paths.contains(ALL) || paths.contains("*") ? given : current);
        paths.stream().filter(path -> path.startsWith(ONE)).map(path -> path.substring(ONE.length())).forEach(name -> {
            if (given.containsKey(name)) {
                changed.put(name, given.get(name));
            } else {
                changed.remove(name);
            }
        });
        return Requests.attributes(changed);
    }
}
