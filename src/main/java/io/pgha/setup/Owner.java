package io.pgha.setup;

import io.pgha.setup.HeldDirectory.Rights;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * Whom PostgreSQL belongs to on this machine; pgha's daemon runs as the same.
 *
 * @param user its name
 * @param group its group
 */
record Owner(String user, String group) {

    static final String ROOT = "root";
    private static final String USUAL = "postgres";
    private static final Path PROCESS = Path.of("/proc/self");

    /** The owner of a data directory. */
    static Owner of(Path data) throws SetupRefused {
        try {
            PosixFileAttributes facts = Files.readAttributes(data, PosixFileAttributes.class);
            return new Owner(facts.owner().getName(), facts.group().getName());
        } catch (IOException e) {
            throw SetupRefused.trouble("whom " + data + " belongs to cannot be seen: " + e);
        }
    }

    /** Where there is no data directory yet: the user that PostgreSQL's packages make. */
    static Owner usual() throws SetupRefused {
        try {
            var names = FileSystems.getDefault().getUserPrincipalLookupService();
            return new Owner(
                    names.lookupPrincipalByName(USUAL).getName(),
                    names.lookupPrincipalByGroupName(USUAL).getName());
        } catch (IOException e) {
            throw SetupRefused.trouble("there is no user " + USUAL
                    + " here: install PostgreSQL's server package, then type the same again");
        }
    }

    /** Whoever runs this process. */
    static Owner self() throws IOException {
        PosixFileAttributes facts = Files.readAttributes(PROCESS, PosixFileAttributes.class);
        return new Owner(facts.owner().getName(), facts.group().getName());
    }

    /**
     * What a file of this owner's has.
     *
     * @throws IOException when there is no such user or group
     */
    Rights rights(Set<PosixFilePermission> mode) throws IOException {
        var names = FileSystems.getDefault().getUserPrincipalLookupService();
        return new Rights(
                names.lookupPrincipalByName(user), names.lookupPrincipalByGroupName(group), mode);
    }

    /** Whether this process is run by root, who may give files away. */
    static boolean isRoot() {
        return me().equals(ROOT);
    }

    /** The user that runs this process. */
    static String me() {
        try {
            return Files.getOwner(PROCESS).getName();
        } catch (IOException e) {
            // Without /proc nothing of PostgreSQL would be found either.
            throw new IllegalStateException("/proc cannot be read", e);
        }
    }

    /** What stands before a program so that it runs as this user; empty when that is who we are. */
    List<String> become() throws SetupRefused {
        String me = me();
        if (me.equals(user)) {
            return List.of();
        }
        if (!me.equals(ROOT)) {
            throw SetupRefused.input("PostgreSQL here belongs to " + user
                    + ", and this is typed as " + me + ". Type it as root: sudo pgha setup");
        }
        return List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--init-groups", "--");
    }
}
