package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.os.Command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL's programs as this site installs them: bin directory, wrapper, data directory, configuration elsewhere. */
final class Programs {

    private final PostgresSettings settings;

    Programs(PostgresSettings settings) {
        this.settings = settings;
    }

    Path data() {
        return settings.dataDirectory();
    }

    /** A program with its arguments, behind the wrapper; run where everybody may be, since programs want to know where they are. */
    Command command(String program, String... arguments) {
        List<String> argv = new ArrayList<>(settings.wrapper());
        argv.add(settings.bin().resolve(program).toString());
        argv.addAll(List.of(arguments));
        return Command.of(argv).in(Path.of("/"));
    }

    /**
     * What pg_ctl passes on to the server with -o: where the configuration is when it is not in PGDATA, as on Debian, then the
     * operator's options. pg_ctl gives it to a shell, hence the quotes.
     */
    String serverOptions() {
        List<String> options = new ArrayList<>();
        Path configuration = settings.configDirectory();
        if (!configuration.equals(data())) {
            options.add(setting("config_file", configuration.resolve("postgresql.conf")));
            // Without -D pointing there, PostgreSQL looks for these two in PGDATA.
            for (String kind : List.of("hba", "ident")) {
                Path file = configuration.resolve("pg_" + kind + ".conf");
                if (Files.exists(file) && !Files.exists(data().resolve(file.getFileName()))) {
                    options.add(setting(kind + "_file", file));
                }
            }
        }
        if (!settings.options().isBlank()) {
            options.add(settings.options().strip());
        }
        return String.join(" ", options);
    }

    private static String setting(String name, Path file) {
        return "-c '" + (name + "=" + file).replace("'", "'\\''") + "'";
    }
}
