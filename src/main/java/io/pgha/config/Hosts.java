package io.pgha.config;

import com.typesafe.config.ConfigUtil;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** The forms of hosts, addresses and gateways. Nothing here asks a name server. */
final class Hosts {

    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\\.[A-Za-z0-9_-]+)*\\.?");

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private static final Pattern PLACE = Pattern.compile(
            "(\\[(?<six>[^]]+)]|(?<host>[^:\\[\\]]+))(:(?<port>\\d{1,5}))?|(?<bare>[0-9A-Fa-f:.]+)");

    private Hosts() {}

    /** A host name or an address; the name is not looked up here. */
    static Form<String> host() {
        String allowed = "a host name or an IP address";
        return new Word<>(
                text -> {
                    if (isHost(text)) {
                        return text;
                    }
                    throw new Unfit("'" + text + "' is not " + allowed);
                },
                ConfigUtil::quoteString,
                allowed,
                Optional.empty());
    }

    private static boolean isHost(String text) {
        boolean digits = text.matches("[\\d.]+");
        return digits
                ? address(text).isPresent()
                : HOST.matcher(text).matches() || address(text).isPresent();
    }

    /** An address as such; a name would have to be looked up, and a firewall rule must not depend on that. */
    static Form<InetAddress> literal() {
        String allowed = "an IP address";
        return new Word<>(
                text -> address(text)
                        .orElseThrow(() ->
                                new Unfit("'" + text + "' is not " + allowed + " (names are not"
                                        + " looked up here, and networks are not supported)")),
                address -> ConfigUtil.quoteString(address.getHostAddress()),
                allowed,
                Optional.empty());
    }

    /** The address that a text is; empty when it is a name or nothing of the kind. Never asks a name server. */
    static Optional<InetAddress> address(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** A gateway: "host" (asked by ping) or "host:port" (asked by a TCP connect). */
    static Form<String> place() {
        return place("host (ping) or host:port (TCP), an IPv6 address with a port in brackets");
    }

    /** A PgBouncer: its host, and its port where that is not the usual one. */
    static Form<String> pooler() {
        return place(
                "host or host:port (without one 6432), an IPv6 address with a port in brackets");
    }

    private static Form<String> place(String allowed) {
        return new Word<>(
                text -> {
                    if (!isPlace(text)) {
                        throw new Unfit("'" + text + "' is not " + allowed);
                    }
                    return text;
                },
                ConfigUtil::quoteString,
                allowed,
                Optional.empty());
    }

    private static boolean isPlace(String text) {
        var m = PLACE.matcher(text);
        if (!m.matches()) {
            return false;
        }
        Optional<String> port = Optional.ofNullable(m.group("port"));
        boolean portFits =
                port.map(Integer::parseInt).map(p -> p >= 1 && p <= 65535).orElse(true);
        return portFits && isHost(placeHost(text));
    }

    /** The port of a place; {@code otherwise} where none is written. */
    static int placePort(String place, int otherwise) {
        var m = PLACE.matcher(place);
        return m.matches() && m.group("port") != null
                ? Integer.parseInt(m.group("port"))
                : otherwise;
    }

    /** The host of a gateway. */
    static String placeHost(String place) {
        var m = PLACE.matcher(place);
        if (!m.matches()) {
            return place;
        }
        return Optional.ofNullable(m.group("six"))
                .or(() -> Optional.ofNullable(m.group("host")))
                .orElse(place);
    }
}
