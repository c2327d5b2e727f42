package io.pgha.sim;

/** The ends of the simulated network. */
enum Place {
    A(0),
    B(1),
    GATEWAY(2),
    WITNESS(3),
    CLIENTS(4);

    static final int COUNT = 5;

    private final int index;

    Place(int index) {
        this.index = index;
    }

    /** The place's row or column in a table of directions. */
    int index() {
        return index;
    }
}
