package io.pgha.os;

/** The signals that pgha sends; their numbers are the same on the architectures Linux is common on. */
public enum Signal {
    HANGUP(1),
    INTERRUPT(2),
    QUIT(3),
    KILL(9),
    TERMINATE(15),
    CONTINUE(18);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
