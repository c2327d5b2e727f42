package io.pgha.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

/** The first line of pg_hba.conf that matches decides: what is added stands before it, and is not added twice. */
class HbaFileTest {

    private static final HbaLine PROBE = new HbaLine("postgres", "pgha", "192.0.2.11");
    private static final HbaLine STREAM =
            new HbaLine(HbaLine.REPLICATION, "replicator", "192.0.2.11");

    /** The lines of the result without blanks between words. */
    private static List<String> with(String text, HbaLine... wanted) {
        String once = new HbaFile(text).with(List.of(wanted));
        assertEquals(once, new HbaFile(once).with(List.of(wanted)), "typed twice");
        return once.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll(" +", " "))
                .toList();
    }

    @Test
    void aLineThatWouldRefuseOrTrustEarlierComesAfterwards() {
        String line = "host postgres pgha 192.0.2.11/32 scram-sha-256";
        for (String earlier : List.of(
                "host all all all reject",
                "host all all 192.0.2.0/24 trust",
                "host all all 192.0.2.0 255.255.255.0 ident map=x",
                "hostssl postgres +operators 192.0.2.11/32 cert",
                "host sameuser,postgres \"pgha\" samenet ldap ldapserver=x",
                "host \"postgres\" @names .example.com gss",
                "include others.conf")) {
            assertEquals(
                    List.of("local all all peer", line, earlier),
                    with("local all all peer\n" + earlier + "\n", PROBE));
        }
    }

    @Test
    void aLineThatAdmitsByPasswordIsEnough() {
        for (String there : List.of(
                "host all all all scram-sha-256",
                "host all all 0.0.0.0/0 md5",
                "host app,postgres pgha,other 192.0.2.8/29 scram-sha-256",
                "host all, other all 192.0.2.0 255.255.255.0 md5",
                "host all pgha \\\n192.0.2.11/32 scram-sha-256")) {
            assertEquals(there + "\n", new HbaFile(there + "\n").with(List.of(PROBE)));
        }
    }

    @Test
    void whatCannotMatchIsPassedOver() {
        String other = """
                # host all all all reject
                local all all peer
                host app all all reject
                host all other all reject
                host all all 198.51.100.0/24 reject
                host all all ::/0 reject
                host replication all all reject
                """;

        List<String> lines = with(other, PROBE);
        assertEquals("host postgres pgha 192.0.2.11/32 scram-sha-256", lines.get(lines.size() - 1));
    }

    @Test
    void streamingIsNoneOfAllDatabases() {
        List<String> lines =
                with("host all all all scram-sha-256\nhost replication all all reject\n", STREAM);

        assertEquals(
                List.of(
                        "host all all all scram-sha-256",
                        "host replication replicator 192.0.2.11/32 scram-sha-256",
                        "host replication all all reject"),
                lines);
    }

    @Test
    void namesThatPostgresWouldReadAsSomethingElseAreQuotedAndNewFilesHaveOneBlock() {
        HbaLine odd = new HbaLine("all", "two words", "2001:db8::1");

        String text = new HbaFile("").with(List.of(odd, STREAM));
        assertTrue(text.contains("\"all\""), text);
        assertTrue(text.contains("\"two words\""), text);
        assertTrue(text.contains("2001:db8::1/128"), text);
        assertEquals(3, text.lines().count());
        assertEquals(text, new HbaFile(text).with(List.of(odd, STREAM)));
    }
}
