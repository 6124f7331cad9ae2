package io.mcpsession.stage;

import io.mcpsession.Server;
import io.mcpsession.conformance.ConformanceOffering;
import io.mcpsession.ops.Logging;
import io.mcpsession.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * One replica with the fixtures of the conformance suite, told what to do by its environment. Ends as the server does
 * when it is sent SIGTERM, and at once when standard input ends, so that it never outlives the stage.
 */
final class ReplicaServer {

    static final String READY = "ready";

    private ReplicaServer() {
    }

    public static void main(String[] arguments) throws IOException {
        Logging.outlastShutdown();
        Logging.configure(false, "WARNING", false);
        Server server = Server.start(Settings.load(System.getenv(), Map.of()), ConformanceOffering::of);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            Logging.flush();
        }, "shutdown"));
        System.out.println(READY);
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(1);
    }
}
