package io.mcpsession.grpc;

import com.google.rpc.ErrorDetailsProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What generators of other languages want of the files. */
class ContractFilesTest {

    @Test
    void everyFileSaysWhereItsGoCodeLies() throws IOException {
        List<Path> files;
        try (var all = Files.walk(Path.of("proto"))) {
            files = all.filter(file -> file.toString().endsWith(".proto")).toList();
        }
        assertThat(files, is(not(empty())));
        for (Path file : files) {
            assertThat(file.toString(), Files.readAllLines(file).stream()
                    .filter(line -> line.matches("option go_package = \"[a-z.]+/[a-z0-9./-]+;[a-z0-9]+\";")).toList(),
                    hasSize(1));
        }
    }

    @Test
    void theImportsNamedAreThoseOfTheBuild() throws IOException {
        String jar = Path.of(ErrorDetailsProto.class.getProtectionDomain().getCodeSource().getLocation().getPath())
                .getFileName().toString();

        assertThat(Files.readString(Path.of("proto/README.md")), containsString("unzip " + jar + " "));
    }
}
