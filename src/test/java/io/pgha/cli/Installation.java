package io.pgha.cli;

import picocli.AutoComplete;
import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Lays out what the packages contain, for {@code mvn package}: {@code target/packages/NAME/FORMAT}, where FORMAT is {@code all} for
 * what both formats have. Manuals and completions are made here from the commands and the shipped configuration.
 */
public final class Installation {

    private static final Path TARGET = Path.of("target");
    private static final Path PACKAGES = TARGET.resolve("packages");

    /** What the witness needs of the libraries: no PostgreSQL, no firewall, no scheduler, no metrics. */
    private static final List<String> LIBRARIES_OF_WITNESS = List.of(
            "config",
            "gson",
            "jspecify",
            "logback-classic",
            "logback-core",
            "picocli",
            "slf4j-api");

    private final String version;
    private final ZonedDateTime at;

    private Installation(String version, ZonedDateTime at) {
        this.version = version;
        this.at = at;
    }

    /**
     * Lays all of it out anew.
     *
     * @param args version, and moment of the build as ISO 8601: the packages depend on nothing else but the sources
     */
    public static void main(String[] args) throws IOException {
        ZonedDateTime at = Instant.parse(args[1]).atZone(ZoneOffset.UTC);
        Installation installation = new Installation(args[0], at);
        clear();
        installation.pgha();
        installation.witness();
        installation.about("pgha");
        installation.about("pgha-witness");
    }

    private static void clear() throws IOException {
        if (Files.exists(PACKAGES)) {
            try (Stream<Path> old = Files.walk(PACKAGES)) {
                for (Path path : old.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private void pgha() throws IOException {
        Path root = PACKAGES.resolve("pgha/all");
        for (String program : List.of("pgha", "pgha-archive")) {
            copy(Path.of("packaging/bin", program), root.resolve("usr/bin").resolve(program));
        }
        copy(Path.of("packaging/bin/pgha-boot"), root.resolve("usr/sbin/pgha-boot"));
        Path home = root.resolve("usr/share/pgha");
        copy(jar(), home.resolve(jar().getFileName()));
        for (Path library : libraries()) {
            copy(library, home.resolve("lib").resolve(library.getFileName()));
        }
        copy(Path.of("packaging/bin/pgha-class-data"), home.resolve("pgha-class-data"));
        for (String list : List.of("daemon", "command")) {
            copy(Path.of("packaging/classes", list), home.resolve("classes").resolve(list));
        }
        Path units = root.resolve("usr/lib/systemd/system");
        for (String unit : List.of("pgha", "pgha-gate", "pgha-check-start")) {
            copy(Path.of("systemd", unit + ".service"), units.resolve(unit + ".service"));
        }
        for (String theirs : List.of("postgresql", "postgresql@", "postgresql-")) {
            copy(
                    Path.of("systemd/postgresql-pgha.conf"),
                    units.resolve(theirs + ".service.d/pgha.conf"));
        }
        copy(Path.of("systemd/pgha.tmpfiles"), root.resolve("usr/lib/tmpfiles.d/pgha.conf"));
        copy(
                Path.of("systemd/pgha.rules"),
                root.resolve("usr/share/polkit-1/rules.d/50-pgha.rules"));
        copy(Path.of("config/pgha.conf"), root.resolve("etc/pgha/pgha.conf.example"));
        manual(root, "pgha.1", Optional.empty());
        manual(root, "pgha.conf.5", Optional.of(Path.of("config/pgha.conf")));
        manual(root, "pgha-archive.1", Optional.empty());
        Path manuals = root.resolve("usr/share/man/man1");
        copy(manuals.resolve("pgha-archive.1.gz"), manuals.resolve("pgha-restore.1.gz"));
        manual(root, "pgha-boot.8", Optional.empty());
        completions(root);
    }

    private void completions(Path root) throws IOException {
        write(
                root.resolve("usr/share/bash-completion/completions/pgha"),
                // It is read by a shell, never run.
                bytes(AutoComplete.bash("pgha", commands()).replaceFirst("^#!.*\n", "")));
        byte[] zsh = bytes(ZshCompletion.of(commands()));
        Path parent = root.resolveSibling("deb");
        write(parent.resolve("usr/share/zsh/vendor-completions/_pgha"), zsh);
        write(root.resolveSibling("rpm").resolve("usr/share/zsh/site-functions/_pgha"), zsh);
    }

    private void witness() throws IOException {
        Path root = PACKAGES.resolve("pgha-witness/all");
        copy(Path.of("packaging/bin/pgha"), root.resolve("usr/sbin/pgha-witness"));
        Path home = root.resolve("usr/share/pgha-witness");
        copy(jar(), home.resolve(jar().getFileName()));
        for (Path library : libraries()) {
            String name = library.getFileName().toString().replaceFirst("-[0-9].*", "");
            if (LIBRARIES_OF_WITNESS.contains(name)) {
                copy(library, home.resolve("lib").resolve(library.getFileName()));
            }
        }
        copy(
                Path.of("systemd/pgha-witness.service"),
                root.resolve("usr/lib/systemd/system/pgha-witness.service"));
        copy(
                Path.of("systemd/pgha-witness.sysusers"),
                root.resolve("usr/lib/sysusers.d/pgha-witness.conf"));
        copy(Path.of("config/witness.conf"), root.resolve("etc/pgha/witness.conf.example"));
        manual(root, "pgha-witness.8", Optional.of(Path.of("config/witness.conf")));
    }

    /** Licence, changes, and what the checkers of packages are to overlook. */
    private void about(String name) throws IOException {
        Path deb = PACKAGES.resolve(name).resolve("deb");
        Path doc = deb.resolve("usr/share/doc").resolve(name);
        copy(Path.of("packaging/deb/copyright"), doc.resolve("copyright"));
        write(doc.resolve("changelog.gz"), gzip(Files.readString(Path.of("CHANGELOG.md"))));
        String when = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT)
                .format(at);
        write(
                doc.resolve("changelog.Debian.gz"),
                gzip(name + " (" + version + "-1) unstable; urgency=medium\n\n"
                        + "  * As released: see changelog.gz.\n\n"
                        + " -- pgha developers <developers@pgha.example>  " + when + "\n"));
        copy(
                Path.of("packaging/deb", name, "lintian-overrides"),
                deb.resolve("usr/share/lintian/overrides").resolve(name));
        Path rpm = PACKAGES.resolve(name).resolve("rpm");
        copy(Path.of("LICENSE"), rpm.resolve("usr/share/licenses").resolve(name + "/LICENSE"));
        copy(Path.of("CHANGELOG.md"), rpm.resolve("usr/share/doc").resolve(name + "/CHANGELOG.md"));
    }

    private void manual(Path root, String name, Optional<Path> keys) throws IOException {
        CommandPage commands = new CommandPage(commands());
        String page = Files.readString(Path.of("packaging/man", name))
                .replace("@VERSION@", version)
                .replace("@DATE@", DateTimeFormatter.ISO_LOCAL_DATE.format(at))
                .replace("@COMMANDS@\n", commands.commands())
                .replace("@OPTIONS@\n", commands.options())
                .replace("@EXIT@\n", commands.exitCodes())
                .replace(
                        "@KEYS@\n",
                        keys.isEmpty() ? "" : KeysPage.of(Files.readAllLines(keys.get())));
        String section = name.substring(name.lastIndexOf('.') + 1);
        write(root.resolve("usr/share/man/man" + section).resolve(name + ".gz"), gzip(page));
    }

    static CommandLine commands() {
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return Pgha.full(new Terminal(nowhere, nowhere, Optional.empty()), settings -> 0);
    }

    private Path jar() {
        return TARGET.resolve("pgha-" + version + ".jar");
    }

    private static List<Path> libraries() throws IOException {
        try (Stream<Path> all = Files.list(TARGET.resolve("lib"))) {
            return all.sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(Path to, byte[] content) throws IOException {
        Files.createDirectories(to.getParent());
        Files.write(to, content);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** As {@code gzip -9n} does it, the two bytes of the header included that Java leaves open. */
    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new Strongest(out)) {
            gzip.write(bytes(text));
        }
        byte[] file = out.toByteArray();
        file[8] = 2;
        file[9] = 3;
        return file;
    }

    /** gzip -9. */
    private static final class Strongest extends GZIPOutputStream {
        Strongest(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
