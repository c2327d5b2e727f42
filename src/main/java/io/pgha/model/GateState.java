package io.pgha.model;

/** Whether clients may reach the local PostgreSQL, as read back from the kernel. */
public enum GateState {
    OPEN,
    CLOSED,
    /** Our rules are missing or were changed: nothing guards the port until they are put back. */
    DAMAGED
}
