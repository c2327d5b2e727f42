package io.pgha.peer;

import java.util.regex.Pattern;

/**
 * Where a daemon is reached: {@code host:port}, {@code [IPv6]:port}.
 *
 * @param host name or address, without brackets
 * @param port its port
 */
record LinkAddress(String host, int port) {

    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException when it is not of that form
     */
    static LinkAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 1 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (host.isEmpty()
                    || (host.indexOf(':') >= 0 && !bracketed)
                    || port < 1
                    || port > 65_535) {
                throw new NumberFormatException(text);
            }
            return new LinkAddress(bracketed ? host.substring(1, host.length() - 1) : host, port);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an address (expected host:port or [IPv6]:port)", e);
        }
    }

    /** True when no name service has to be asked. */
    boolean isLiteral() {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
