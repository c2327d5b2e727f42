package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

class SocketGlanceTest {

    @TempDir
    private Path directory = Path.of("");

    private static Optional<Path> glance(String text) {
        return SocketGlance.ofText(text.lines().toList());
    }

    @Test
    void itSeesWhatTheFullReadingSees() throws InvalidConfiguration {
        List<String> texts = List.of(
                Written.LEAST,
                "run_directory = \"/run/pgha-2\" # here\n" + Written.LEAST,
                Written.LEAST + "on_event = [\"{\"] # {\nrun_directory = \"/run/pgha-3\"\n",
                "# run_directory = \"/x\"\n" + Written.LEAST);

        for (String text : texts) {
            Written file = new Written(directory, text);
            assertEquals(
                    Optional.of(file.load().controlSocket()), SocketGlance.of(file.file()), text);
        }
    }

    @Test
    void whereTheTextLeavesADoubtItSaysNothing() {
        assertEquals(Optional.empty(), glance("nodes { a { run_directory = \"/x\" } }"));
        assertEquals(Optional.empty(), glance("run_directory = \"/x\"\nrun_directory = \"/y\""));
        assertEquals(Optional.empty(), glance("include \"other.conf\""));
        assertEquals(Optional.empty(), glance("run_directory = ${x}\"/y\""));
        assertEquals(Optional.empty(), glance("\"run\\u005fdirectory\" = \"/y\""));
        assertEquals(Optional.empty(), glance("x = \"\"\"\n#\"\"\"\nrun_directory = \"/y\""));
        assertEquals(Optional.empty(), SocketGlance.of(directory.resolve("none")));
    }
}
