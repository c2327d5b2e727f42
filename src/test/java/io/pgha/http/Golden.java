package io.pgha.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares text with a file under src/test/resources/golden; what differs is left in target/golden to be looked at. */
public final class Golden {

    private Golden() {}

    public static void assertSame(String name, String actual) throws IOException {
        Path left = Path.of("target", "golden", name);
        Files.createDirectories(left.toAbsolutePath().getParent());
        Files.writeString(left, actual);
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
            String expected =
                    in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(
                    expected,
                    actual,
                    "differs from src/test/resources/golden/" + name + "; see " + left);
        }
    }
}
