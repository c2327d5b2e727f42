package io.pgha.cli;

import io.pgha.config.Settings;
import io.pgha.config.Settings.EtcdPlace;
import io.pgha.config.Settings.FenceSettings;
import io.pgha.config.SettingsText;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What must not leave this machine: taken out of a text wherever it stands, and also whatever looks like a secret. */
final class Secrets {

    /** Shorter ones would take words out of every text; whoever has one has it guessed already. */
    private static final int SHORTEST = 4;

    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\\z)",
            Pattern.DOTALL);

    /** The last field of a line of a password file, whose colons are escaped. */
    private static final Pattern COLON = Pattern.compile("(?<!\\\\):");

    private static final Pattern OPTION = Pattern.compile("\\s*[A-Za-z0-9_-]*passw[a-z]*\\s*=\\s*");

    private final TreeSet<String> known =
            new TreeSet<>(Comparator.comparingInt(String::length).reversed().thenComparing(s -> s));
    private final List<String> unread = new ArrayList<>();

    /** The passwords in the files that the settings name. */
    static Secrets of(Settings settings) {
        Secrets secrets = new Secrets();
        settings.postgres().passFile().ifPresent(f -> secrets.read(f, Secrets::ofPassFile));
        settings.etcd()
                .flatMap(EtcdPlace::passwordFile)
                .ifPresent(f -> secrets.read(f, line -> Optional.of(line.strip())));
        settings.fence().map(FenceSettings::peer).stream()
                .flatMap(List::stream)
                .flatMap(List::stream)
                .forEach(f -> secrets.read(f, Secrets::ofDevice));
        return secrets;
    }

    /** None is known, since a configuration is refused and does not say where they are. */
    static Secrets ofNobody(Path refused) {
        Secrets secrets = new Secrets();
        secrets.unread.add("the files that " + refused + " names, since it is refused");
        return secrets;
    }

    private static Optional<String> ofPassFile(String line) {
        String[] fields = COLON.split(line, 5);
        return fields.length == 5
                ? Optional.of(fields[4].replaceAll("\\\\(.)", "$1"))
                : Optional.empty();
    }

    private static Optional<String> ofDevice(String line) {
        return OPTION.matcher(line).lookingAt()
                ? Optional.of(OPTION.matcher(line).replaceFirst("").strip())
                : Optional.empty();
    }

    private void read(Path file, Function<String, Optional<String>> secret) {
        try (Stream<String> lines = Files.lines(file)) {
            lines.map(secret)
                    .flatMap(Optional::stream)
                    .filter(word -> word.length() >= SHORTEST)
                    .forEach(known::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            unread.add(file + ": " + e);
        }
    }

    /** Files whose secrets are not known, so that only what looks like one is taken out. */
    List<String> unread() {
        return List.copyOf(unread);
    }

    /** The text without them. */
    String masked(String text) {
        String clean = KEY.matcher(text).replaceAll("***");
        for (String secret : known) {
            clean = clean.replace(secret, "***");
        }
        return SettingsText.masked(clean);
    }
}
