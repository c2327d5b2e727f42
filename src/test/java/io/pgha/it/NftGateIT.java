package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

/** {@link io.pgha.network.NftGate} keeps the laws of a gate. */
class NftGateIT extends GateContract {

    NftGateIT() {
        super("nftables");
    }

    @Override
    void flush() {
        bed.onServer("nft", "flush", "ruleset").orFail();
    }

    @Override
    List<List<String>> damages() {
        return List.of(
                List.of("nft", "insert rule inet pgha input accept"),
                List.of("nft", "add rule inet pgha output accept"),
                List.of("nft", "flush chain inet pgha output"),
                List.of("nft", "add table inet pgha { flags dormant; }"),
                List.of("nft", "delete element inet pgha open { 6432 }"),
                List.of("nft", "flush chain inet pgha input; delete chain inet pgha input"),
                List.of(
                        "nft",
                        "flush chain inet pgha input; delete chain inet pgha input;"
                                + " add chain inet pgha input { type filter hook forward priority 0; }"));
    }

    @Test
    void anIptablesFlushDoesNotTouchIt() {
        bed.onServer("iptables", "-F").orFail();
        assertEquals("CLOSED", gate.tell("look"));
        expectShut();
    }

    @Test
    void anAcceptAheadOfItLetsNobodyPass() {
        rule("iptables", "-I INPUT 1 -j ACCEPT");
        assertEquals("CLOSED", gate.tell("look"));
        expectShut();
    }

    @Test
    void aMissingLibraryIsNamedWithItsPackage() {
        Machine bare = Machine.boot("no-nft");
        try {
            Run.of(bare.root(List.of(
                            "bash",
                            "-c",
                            "for f in /usr/lib/*/libnftables.so.1 /usr/lib64/libnftables.so.1; do"
                                    + " [ ! -e $f ] || mount --bind /dev/null $f; done")))
                    .orFail();
            try (GateProgram program =
                    new GateProgram(bare.daemon(bed.driver(backend, "pgha", "5432", "", "0")))) {
                String answer = program.ask("install");
                assertTrue(answer.contains("apt install nftables"), answer);
                assertTrue(program.tell("look").startsWith("NOTHING "));
            }
        } finally {
            bare.die();
        }
    }
}
