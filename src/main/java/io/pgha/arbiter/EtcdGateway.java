package io.pgha.arbiter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.arbiter.Correspondence.Unanswered;
import io.pgha.config.Settings.EtcdPlace;
import io.pgha.json.JsonRefused;
import io.pgha.json.Members;
import io.pgha.json.Tree;

import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * One key of an etcd 3.4 or newer, through its JSON gateway ({@code /v3/kv/range}, {@code /v3/kv/txn},
 * {@code /v3/auth/authenticate}). Reads are linearizable, as etcd's are unless told otherwise: a member without a majority
 * does not answer. After a call without an answer the next one goes to the next endpoint. For one thread.
 */
final class EtcdGateway implements EtcdKey {

    private static final int MAX_BYTES = 64 * 1024;
    private static final int UNAUTHORIZED = 401;

    private final EtcdPlace place;
    private final String key;
    private final Duration limit;
    private final Web web;
    private Optional<String> token = Optional.empty();
    private int at;

    /**
     * A gateway; connects with the first call.
     *
     * @param key the whole key
     * @param limit of one call to one endpoint
     */
    EtcdGateway(EtcdPlace place, String key, Duration limit, Web web) {
        this.place = place;
        this.key = key;
        this.limit = limit;
        this.web = web;
    }

    @Override
    public String describe() {
        return "etcd at " + String.join(", ", place.endpoints()) + " (key " + key + ")";
    }

    @Override
    public State read() throws Unanswered, InterruptedException {
        return state(call("/v3/kv/range", new Members().put("key", base64(key))));
    }

    @Override
    public Swap swap(long revision, String value) throws Unanswered, InterruptedException {
        Members compare = new Members()
                .put("key", base64(key))
                .put("target", "MOD")
                .put("result", "EQUAL")
                .put("mod_revision", Long.toString(revision));
        Members put = new Members().put("key", base64(key)).put("value", base64(value));
        Members get = new Members().put("key", base64(key));
        Members question = new Members()
                .put("compare", List.of(compare))
                .put("success", List.of(new Members().put("request_put", put)))
                .put("failure", List.of(new Members().put("request_range", get)));
        Tree answer = call("/v3/kv/txn", question);
        if (answer.path("succeeded").isTrue()) {
            long now = revision(answer.path("header").path("revision"));
            return new Swap(true, new State(now, Optional.of(value)));
        }
        List<Tree> responses = answer.path("responses").items();
        if (responses.isEmpty()) {
            throw foreign();
        }
        return new Swap(false, state(responses.get(0).path("response_range")));
    }

    private State state(Tree range) throws Unanswered {
        if (!range.isObject()) {
            throw foreign();
        }
        List<Tree> found = range.path("kvs").items();
        if (found.isEmpty()) {
            return new State(0, Optional.empty());
        }
        try {
            byte[] value = Base64.getDecoder().decode(found.get(0).path("value").text());
            return new State(
                    revision(found.get(0).path("mod_revision")),
                    Optional.of(new String(value, UTF_8)));
        } catch (IllegalArgumentException e) {
            throw new Unanswered(endpoint() + " gave a value that is not base64");
        }
    }

    /** The gateway writes numbers of 64 bits as texts, as proto3's JSON does. */
    private long revision(Tree number) throws Unanswered {
        try {
            return Long.parseLong(number.text());
        } catch (NumberFormatException e) {
            throw foreign();
        }
    }

    private Unanswered foreign() {
        return new Unanswered(endpoint() + " gave an answer that is not etcd's");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private String endpoint() {
        return place.endpoints().get(at % place.endpoints().size());
    }

    /** One call; with a user, a token that is no longer taken is fetched anew once. */
    private Tree call(String path, Members question) throws Unanswered, InterruptedException {
        try {
            if (place.user().isPresent() && token.isEmpty()) {
                token = Optional.of(authenticate());
            }
            Web.Page page = post(path, question);
            if (place.user().isPresent() && isStale(page)) {
                token = Optional.of(authenticate());
                page = post(path, question);
            }
            Tree answer = read(page);
            // Each answer of etcd names its revision; without one, "no such key" is another's word.
            revision(answer.path("header").path("revision"));
            return answer;
        } catch (Unanswered e) {
            at = (at + 1) % place.endpoints().size();
            throw e;
        }
    }

    private static boolean isStale(Web.Page page) {
        return page.code() == UNAUTHORIZED
                || page.body().contains("invalid auth token")
                || page.body().contains("revision in header is old");
    }

    private Web.Page post(String path, Members question) throws Unanswered, InterruptedException {
        byte[] body = question.text().getBytes(UTF_8);
        URI where = URI.create(endpoint() + path);
        return web.post(endpoint(), where, body, token, limit, MAX_BYTES);
    }

    private Tree read(Web.Page page) throws Unanswered {
        if (page.code() != 200) {
            throw new Unanswered(
                    endpoint() + " answers with code " + page.code() + ": " + page.words());
        }
        try {
            return Tree.parse(page.body());
        } catch (JsonRefused e) {
            throw new Unanswered(endpoint() + " gave an answer that is not JSON: " + page.words());
        }
    }

    private String authenticate() throws Unanswered, InterruptedException {
        token = Optional.empty();
        Members question = new Members()
                .put("name", place.user().orElseThrow())
                .put("password", EtcdSecrets.password(place.passwordFile().orElseThrow()));
        Tree answer = read(post("/v3/auth/authenticate", question));
        return answer.path("token").text();
    }

    @Override
    public void close() {
        web.close();
    }
}
