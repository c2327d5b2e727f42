package io.pgha.model;

import java.util.List;
import java.util.Optional;

/**
 * The peer's daemon as seen from here.
 *
 * @param last its last authenticated message, however old
 * @param heardAt when that came; any message counts as a sign of life
 * @param contactAt send time of our last message that the peer answered: contact in the protocol's sense
 * @param links one a configured address
 * @param trouble why there is no message or why the last was refused (other version, other pair key); empty when fine
 */
public record PeerView(
        Optional<PeerMessage> last,
        Optional<MonoTime> heardAt,
        Optional<MonoTime> contactAt,
        List<LinkView> links,
        String trouble) {

    public PeerView {
        links = List.copyOf(links);
    }
}
