package io.pgha.setup;

import com.typesafe.config.ConfigUtil;

import io.pgha.model.Guard;
import io.pgha.model.NodeId;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What only the operator knows of the pair.
 *
 * @param self this node's name
 * @param peer the other's
 * @param host where this node is reached
 * @param peerHost where the other is
 * @param guard who may take over on silence
 * @param gateways with guard gateway
 * @param witness its host, with guard witness
 * @param etcd its members, with guard etcd
 * @param more lines for the end of the configuration, which win
 */
public record Answers(
        NodeId self,
        NodeId peer,
        String host,
        String peerHost,
        Guard guard,
        List<String> gateways,
        Optional<String> witness,
        List<String> etcd,
        List<String> more) {

    public Answers {
        gateways = List.copyOf(gateways);
        etcd = List.copyOf(etcd);
        more = List.copyOf(more);
    }

    /**
     * The configuration for both nodes.
     *
     * @param server this node's, which the other's is expected to resemble
     * @param keyFile the pair's key
     * @param passFile the password file
     * @param replicationRole the role that streams
     */
    String configuration(Server server, Path keyFile, Path passFile, String replicationRole) {
        StringBuilder text =
                new StringBuilder("# Written by pgha setup: the same file on both nodes."
                        + " pgha.conf.example lists every key.\n");
        line(text, "guard", guard.name().toLowerCase(Locale.ROOT));
        if (!gateways.isEmpty()) {
            line(text, "gateways", list(gateways));
        }
        witness.ifPresent(w -> line(text, "witness.host", quoted(w)));
        if (!etcd.isEmpty()) {
            line(text, "etcd.endpoints", list(etcd));
        }
        line(text, "nodes." + quoted(self.name()) + ".host", quoted(host));
        line(text, "nodes." + quoted(peer.name()) + ".host", quoted(peerHost));
        text.append(Local.of(server).lines("postgres."));
        line(text, "postgres.pass_file", quoted(passFile.toString()));
        line(text, "postgres.replication_user", quoted(replicationRole));
        line(text, "link.key_file", quoted(keyFile.toString()));
        more.forEach(l -> text.append(l).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append(" = ").append(value).append('\n');
    }

    static String quoted(String text) {
        return ConfigUtil.quoteString(text);
    }

    private static String list(List<String> all) {
        return all.stream().map(Answers::quoted).collect(Collectors.joining(", ", "[", "]"));
    }
}
