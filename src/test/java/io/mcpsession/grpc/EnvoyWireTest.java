package io.mcpsession.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Our part of Envoy's API is Envoy's own, field by field. */
class EnvoyWireTest {

    private final List<String> differences = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    @Test
    void everyFieldOfOursIsEnvoysByNameNumberAndType() {
        compare(io.mcpsession.envoy.CheckRequest.getDescriptor(),
                io.envoyproxy.envoy.service.auth.v3.CheckRequest.getDescriptor());
        compare(io.mcpsession.envoy.CheckResponse.getDescriptor(),
                io.envoyproxy.envoy.service.auth.v3.CheckResponse.getDescriptor());

        // Newer than the newest version of Envoy's classes that can be had.
        assertThat(differences, is(List.of("envoy.service.auth.v3.CheckResponse.error_response is missing")));
    }

    @Test
    void theMethodIsEnvoysByName() {
        assertThat(io.mcpsession.envoy.AuthorizationGrpc.getCheckMethod().getFullMethodName(),
                is(AuthorizationGrpc.getCheckMethod().getFullMethodName()));
    }

    private void compare(Descriptor ours, Descriptor official) {
        if (!seen.add(ours.getFullName())) {
            return;
        }
        if (!ours.getFullName().equals(official.getFullName())) {
            differences.add(ours.getFullName() + " is " + official.getFullName());
        }
        for (FieldDescriptor field : ours.getFields()) {
            FieldDescriptor theirs = official.findFieldByNumber(field.getNumber());
            if (theirs == null) {
                differences.add(field.getFullName() + " is missing");
            } else if (!theirs.getFullName().equals(field.getFullName()) || theirs.getType() != field.getType()
                    || theirs.isRepeated() != field.isRepeated() || theirs.isMapField() != field.isMapField()) {
                differences.add(field + " is " + theirs);
            } else if (field.getType() == FieldDescriptor.Type.MESSAGE) {
                compare(field.getMessageType(), theirs.getMessageType());
            } else if (field.getType() == FieldDescriptor.Type.ENUM) {
                compare(field.getEnumType(), theirs.getEnumType());
            }
        }
    }

    private void compare(EnumDescriptor ours, EnumDescriptor official) {
        for (EnumValueDescriptor value : ours.getValues()) {
            EnumValueDescriptor theirs = official.findValueByNumber(value.getNumber());
            if (theirs == null || !theirs.getName().equals(value.getName())) {
                differences.add(value.getFullName() + " is " + theirs);
            }
        }
    }
}
