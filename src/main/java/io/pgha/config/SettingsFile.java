package io.pgha.config;

import com.typesafe.config.ConfigObject;

import io.pgha.config.Key.Scope;
import io.pgha.config.Settings.PoolerSettings;
import io.pgha.config.Settings.Shown;
import io.pgha.model.FencePolicy;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the configuration file, the same one on both nodes. Either everything in it is sound, or {@link
 * InvalidConfiguration} says everything that is not.
 */
public final class SettingsFile {

    private SettingsFile() {}

    /**
     * Reads a file as one of its nodes.
     *
     * @param file the file
     * @param node which node this is; empty: the one whose host or addresses are this machine's
     * @throws InvalidConfiguration with all complaints, when the file cannot be read or is not sound, or when this machine
     *     is neither node or both. May take some seconds when names have to be looked up and no name server answers.
     */
    public static Settings load(Path file, Optional<NodeId> node) throws InvalidConfiguration {
        return load(file, node, MachineLocality.look());
    }

    /** The same of a text that is not in the file yet. */
    public static Settings parse(Path file, String text, Optional<NodeId> node)
            throws InvalidConfiguration {
        Complaints complaints = new Complaints(file);
        Optional<ConfigObject> root = HoconText.parse(file, text, complaints);
        complaints.throwIfAny();
        return read(
                file,
                Document.of(root.orElseThrow(), complaints),
                complaints,
                node,
                MachineLocality.look());
    }

    static Settings load(Path file, Optional<NodeId> node, Locality locality)
            throws InvalidConfiguration {
        return settings(file, parse(file), node, locality);
    }

    /** What is written in the file; nothing of it is checked yet. */
    static ConfigObject parse(Path file) throws InvalidConfiguration {
        Complaints complaints = new Complaints(file);
        Optional<ConfigObject> root = ConfigText.read(file, "pgha.conf", complaints)
                .flatMap(text -> HoconText.parse(file, text, complaints));
        if (root.isEmpty()) {
            complaints.throwIfAny();
        }
        return root.orElseThrow();
    }

    /** What is written, checked as a whole. */
    static Settings settings(Path file, ConfigObject root, Optional<NodeId> node, Locality locality)
            throws InvalidConfiguration {
        Complaints complaints = new Complaints(file);
        return read(file, Document.of(root, complaints), complaints, node, locality);
    }

    private static Settings read(
            Path file,
            Document document,
            Complaints complaints,
            Optional<NodeId> node,
            Locality locality)
            throws InvalidConfiguration {
        Profile profile = new Values(document, "", Profile.NORMAL)
                .find(TimingKeys.PROFILE)
                .orElse(Profile.NORMAL);
        Values shared = new Values(document, "", profile);
        shared.checkAll(List.of(Scope.SHARED), complaints);
        new TimingRules(shared, complaints).check();
        List<NodePart> parts = new ArrayList<>();
        for (String name : document.nodes()) {
            NodePart part = new NodePart(new Values(document, name, profile));
            part.values().checkAll(List.of(Scope.PER_NODE, Scope.NODE), complaints);
            new NodeRules(part, complaints).check();
            parts.add(part);
        }
        if (parts.size() != 2) {
            complaints.throwIfAny();
        }
        new PairRules(parts.get(0), parts.get(1), complaints).check();
        new FencingRules(parts.get(0), parts.get(1), complaints).check();
        ThisNode thisNode = new ThisNode(parts, locality, complaints, document.lineOf(Keys.NODES));
        Optional<NodePart> self = thisNode.find(node);
        self.ifPresent(thisNode::checkGateways);
        complaints.throwIfAny();
        return settings(file, parts, self.orElseThrow());
    }

    private static Settings settings(Path file, List<NodePart> parts, NodePart self) {
        NodePart peer = parts.get(0) == self ? parts.get(1) : parts.get(0);
        Values values = self.values();
        return new Settings(
                file,
                SettingsDigest.of(parts),
                self.node(),
                peer.node(),
                PolicyPart.of(values, Guard.MANUAL)
                        .orElseThrow()
                        .withFence(fence(values, peer))
                        .withPauseTimeout(self.pooler()
                                .map(PoolerSettings::pauseTimeout)
                                .orElse(Duration.ZERO)),
                self.postgres(),
                self.gate(),
                self.link(),
                values.get(TimingKeys.GATEWAYS),
                self.http(),
                self.archive(),
                values.get(PlaceKeys.STATE_DIRECTORY),
                values.get(PlaceKeys.RUN_DIRECTORY),
                values.get(PlaceKeys.ON_EVENT),
                values.get(PlaceKeys.ON_EVENT_TIMEOUT),
                self.witness(),
                self.etcd(),
                self.fence(peer),
                self.pooler(),
                shown(file, parts, self));
    }

    private static FencePolicy fence(Values values, NodePart peer) {
        return peer.fenceLevels().isEmpty()
                ? FencePolicy.NONE
                : new FencePolicy(
                        true, values.get(FenceKeys.REQUIRED), values.get(FenceKeys.TIMEOUT));
    }

    private static List<Shown> shown(Path file, List<NodePart> parts, NodePart self) {
        List<Shown> shown = new ArrayList<>();
        for (Key<?> key : Keys.all()) {
            for (NodePart part : key.scope() == Scope.NODE ? parts : List.of(self)) {
                Values values = part.values();
                String path = key.scope() == Scope.NODE ? values.pathOf(key) : key.path();
                String value = values.isOn(key)
                        ? part.text(key).orElse("(" + key.defaultText() + ")")
                        : "(off)";
                shown.add(new Shown(path, SettingsText.masked(value), values.origin(key, file)));
            }
        }
        return shown;
    }
}
