package io.pgha.arbiter;

import io.pgha.arbiter.Correspondence.Unanswered;
import io.pgha.json.JsonRefused;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.os.AddressBook;
import io.pgha.os.Deadline;
import io.pgha.peer.ModelJson;
import io.pgha.peer.PairKey;
import io.pgha.peer.WitnessTls;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Asks {@code pgha witness}. When its name has several addresses, the next one is taken after each question without an
 * answer. While its name does not resolve, it is asked at the addresses that the name had last. For one thread.
 */
final class WitnessClient implements Correspondence.Medium {

    private final String host;
    private final int port;
    private final Duration deadline;
    private final Web web;
    private final AddressBook names;
    private Optional<Exchange.Mark> seen = Optional.empty();
    private List<InetAddress> addresses = List.of();
    private int at;

    /**
     * A client; connects with the first question.
     *
     * @param deadline of one question, whole, its name's resolution included
     * @param names resolves the host
     */
    WitnessClient(String host, int port, PairKey pair, Duration deadline, AddressBook names)
            throws GeneralSecurityException {
        this.host = host;
        this.port = port;
        this.deadline = deadline;
        this.names = names;
        this.web = new Web(WitnessTls.ofNode(pair), WitnessTls.parametersOfNode(pair), deadline);
    }

    @Override
    public String describe() {
        return "the witness " + host + " port " + port;
    }

    @Override
    public ArbiterReply put(ArbiterAsk ask) throws Unanswered, InterruptedException {
        String what = describe();
        Deadline end = Deadline.in(deadline);
        InetAddress address = address(end);
        URI where = URI.create("https://" + literal(address) + ":" + port + Exchange.PATH);
        try {
            byte[] question = ModelJson.JSON.bytes(new Exchange.Question(ask, seen));
            Web.Page page = web.post(
                    what, where, question, Optional.empty(), left(end), Exchange.MAX_BYTES);
            if (page.code() != 200) {
                throw new Unanswered(
                        what + " answers with code " + page.code() + ": " + page.words());
            }
            ArbiterReply reply = read(what, page.body());
            names.worked(host, address);
            return reply;
        } catch (Unanswered e) {
            at = at + 1;
            throw new Unanswered(e.getMessage()
                    + ". Look there: systemctl status pgha-witness; from here port " + port
                    + " must be open (witness.host, witness.port)");
        }
    }

    private ArbiterReply read(String what, String body) throws Unanswered {
        try {
            Exchange.Answer answer = ModelJson.JSON.read(body, Exchange.Answer.class);
            seen = Optional.of(
                    seen.filter(s -> s.instance().equals(answer.witness().instance())
                                    && s.counter() > answer.witness().counter())
                            .orElse(answer.witness()));
            return answer.reply();
        } catch (JsonRefused e) {
            throw new Unanswered(what + " gave an answer that cannot be read: " + e.getMessage()
                    + ". Are both of the same version? pgha version");
        }
    }

    /** An address, so that TLS names the pair and not the host. Names are looked up again after all were tried. */
    private InetAddress address(Deadline end) throws Unanswered {
        if (at >= addresses.size()) {
            try {
                addresses = names.resolveOrRecall(host, end);
                at = 0;
            } catch (UnknownHostException e) {
                throw new Unanswered(
                        describe() + " cannot be found: the name " + host
                                + " does not resolve. Write an address in witness.host, or mend the name service");
            }
        }
        return addresses.get(at);
    }

    private Duration left(Deadline end) {
        return AddressBook.isLiteral(host) ? deadline : Duration.ofMillis(end.remainingMillis());
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        return text.contains(":") ? "[" + text.replace("%", "%25") + "]" : text;
    }

    @Override
    public void close() {
        web.close();
    }
}
