package io.pgha.setup;

import io.pgha.json.JsonRefused;
import io.pgha.json.Members;
import io.pgha.json.Tree;
import io.pgha.model.NodeId;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the other node needs, in one file that the operator carries there. It holds the key and the passwords.
 *
 * @param from the node that made it
 * @param to the node that it is for
 * @param systemId the database's identifier
 * @param configuration text of pgha.conf
 * @param key text of the pair's key
 * @param passwords text of the password file
 * @param least what the primary has of the settings that no standby may have less of
 */
public record Bundle(
        NodeId from,
        NodeId to,
        String systemId,
        String configuration,
        String key,
        String passwords,
        Map<String, Integer> least) {

    private static final String FORM = "pgha_setup";
    private static final int VERSION = 1;
    private static final List<String> TEXTS =
            List.of("from", "to", "system_identifier", "configuration", "key", "passwords");

    public Bundle {
        least = new TreeMap<>(least);
    }

    String text() {
        return new Members()
                        .put(FORM, VERSION)
                        .put("from", from.name())
                        .put("to", to.name())
                        .put("system_identifier", systemId)
                        .put("configuration", configuration)
                        .put("key", key)
                        .put("passwords", passwords)
                        .put("least", least)
                        .indented()
                + "\n";
    }

    /**
     * Reads one.
     *
     * @throws SetupRefused when it is none, or not whole
     */
    public static Bundle read(Path file) throws SetupRefused {
        String text = FileStep.read(file)
                .orElseThrow(
                        () -> SetupRefused.input(
                                file
                                        + " does not exist. It is made by pgha setup on the other node, and carried here: scp"));
        Tree all;
        try {
            all = Tree.parse(text);
        } catch (JsonRefused e) {
            // Its words could quote a secret.
            throw SetupRefused.input(
                    file + " is no whole bundle of pgha setup: carry it here again");
        }
        List<String> missing = new ArrayList<>(TEXTS);
        missing.removeIf(name -> all.path(name).isText());
        if (all.path(FORM).whole(0) != VERSION || !missing.isEmpty()) {
            throw SetupRefused.input(file + " is no bundle that this pgha understands: make it anew"
                    + " on the other node, with the same version of pgha");
        }
        Map<String, Integer> least = new TreeMap<>();
        for (String name : Requirements.AS_ON_PRIMARY) {
            long number = all.path("least").path(name).whole(-1);
            if (number >= 0 && number <= Integer.MAX_VALUE) {
                least.put(name, (int) number);
            }
        }
        try {
            return new Bundle(
                    new NodeId(all.path("from").text()),
                    new NodeId(all.path("to").text()),
                    all.path("system_identifier").text(),
                    all.path("configuration").text(),
                    all.path("key").text(),
                    all.path("passwords").text(),
                    least);
        } catch (IllegalArgumentException e) {
            throw SetupRefused.input(file + ": " + e.getMessage());
        }
    }
}
