package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.engine.Clock;
import io.pgha.http.ControlServer;
import io.pgha.http.Metrics;
import io.pgha.http.StatusServer;
import io.pgha.peer.PeerLink;
import io.pgha.peer.PeerLinkException;

import java.io.IOException;
import java.util.Optional;

/** The HTTP endpoint, or nothing where it is off; and the look whether this daemon's addresses are free. */
record HttpDoor(Optional<StatusServer> server) implements AutoCloseable {

    /**
     * Before anything is done: a second daemon by mistake, with a state of its own, must not close the first one's gate.
     *
     * @throws IOException when the control socket or the HTTP port is somebody else's
     * @throws PeerLinkException when the link's port is
     */
    static void requireFree(Settings settings) throws IOException, PeerLinkException {
        ControlServer.requireFree(settings.controlSocket());
        PeerLink.requireFree(settings.link());
        if (settings.http().isPresent()) {
            StatusServer.requireFree(settings.http().get());
        }
    }

    /** Where it is off there are no meters either: nobody could read them, and they are a megabyte. */
    static HttpDoor open(Settings settings, Posts posts, Optional<FenceMonitor> fence, Clock clock)
            throws IOException {
        if (settings.http().isEmpty()) {
            return new HttpDoor(Optional.empty());
        }
        Metrics metrics = new Metrics(posts, clock::now);
        fence.ifPresent(monitor -> monitor.register(metrics.registry()));
        return new HttpDoor(Optional.of(StatusServer.open(
                settings.http().get(), posts, metrics, settings.policy(), clock::now)));
    }

    @Override
    public void close() {
        server.ifPresent(StatusServer::close);
    }
}
