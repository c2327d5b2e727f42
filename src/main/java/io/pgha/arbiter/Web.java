package io.pgha.arbiter;

import io.pgha.arbiter.Correspondence.Unanswered;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * Posts JSON, once, within a deadline that covers connection, request and the whole answer. A connection is kept for the
 * next question; one whose question went over its deadline is dropped.
 */
final class Web implements AutoCloseable {

    private static final int MAX_WORDS = 300;

    private final HttpClient client;
    private final ThreadPoolExecutor threads;

    /** Over TLS with that context. */
    Web(SSLContext tls, SSLParameters parameters, Duration connectTimeout) {
        this.threads = threads();
        this.client = builder(threads, connectTimeout)
                .sslContext(tls)
                .sslParameters(parameters)
                .build();
    }

    /** Without TLS, or with this host's trusted certificates for https. */
    Web(Duration connectTimeout) {
        this.threads = threads();
        this.client = builder(threads, connectTimeout).build();
    }

    private static HttpClient.Builder builder(ThreadPoolExecutor threads, Duration timeout) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .executor(threads)
                .connectTimeout(timeout);
    }

    private static ThreadPoolExecutor threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                2, 2, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), body -> {
                    Thread thread = new Thread(null, body, "arbiter-http", 512 << 10);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** A whole answer. */
    record Page(int code, String body) {

        /** The body as one short line, for a complaint. */
        String words() {
            String text = body.replaceAll("\\s+", " ").strip();
            return text.substring(0, Math.min(text.length(), MAX_WORDS));
        }
    }

    /**
     * Posts.
     *
     * @param what who is asked, to begin the complaint with
     * @param token for the header Authorization; empty for none
     * @param maxBytes an answer above is refused
     */
    Page post(
            String what,
            URI where,
            byte[] json,
            Optional<String> token,
            Duration deadline,
            int maxBytes)
            throws Unanswered, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(where)
                .header("Content-Type", "application/json")
                .timeout(deadline)
                .POST(HttpRequest.BodyPublishers.ofByteArray(json));
        token.ifPresent(t -> request.header("Authorization", t));
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request.build(), info -> new BoundedBody(maxBytes));
        try {
            HttpResponse<String> response = answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            return new Page(response.statusCode(), response.body());
        } catch (TimeoutException e) {
            throw new Unanswered(what + " did not answer within " + deadline.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw new Unanswered(what + words(Optional.ofNullable(e.getCause()), deadline));
        } finally {
            answer.cancel(true);
        }
    }

    private static String words(Optional<Throwable> cause, Duration deadline) {
        Throwable e = cause.orElseGet(() -> new IOException("no reason given"));
        if (e instanceof java.net.http.HttpTimeoutException) {
            return " did not answer within " + deadline.toMillis() + " ms";
        }
        if (e instanceof SSLException) {
            return " was refused by TLS: " + deepest(e);
        }
        if (e instanceof ConnectException) {
            return " refused the connection (" + deepest(e) + ")";
        }
        return ": " + deepest(e);
    }

    /** The message that says most: TLS wraps what the look at the certificate said. */
    private static String deepest(Throwable e) {
        String words = e.getClass().getSimpleName();
        Optional<Throwable> at = Optional.of(e);
        for (int depth = 0; depth < 8 && at.isPresent(); depth++) {
            String message = String.valueOf(at.get().getMessage());
            words = at.get().getMessage() == null ? words : message;
            at = Optional.ofNullable(at.get().getCause());
        }
        return words.substring(0, Math.min(words.length(), MAX_WORDS));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
