package io.pgha.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration file was refused. The message holds every complaint, one a line, in the order of the file. */
public final class InvalidConfiguration extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Complaint> complaints;
    private final transient Cause cause;

    /** Refuses a file; {@code complaints} is not empty. */
    public InvalidConfiguration(List<Complaint> complaints) {
        this(complaints, Cause.FILE);
    }

    InvalidConfiguration(List<Complaint> complaints, Cause cause) {
        this.complaints = List.copyOf(complaints);
        this.cause = cause;
    }

    /** What has to become another for the file to be accepted. */
    public enum Cause {
        /** The file: it is refused until a person has changed it. */
        FILE,
        /** This machine: neither node's address is here, as before an interface has got its own. */
        MACHINE
    }

    /** Whose fault it is; {@link Cause#MACHINE} only when nothing else is wrong. */
    public Cause cause() {
        return cause;
    }

    /** Everything that is wrong; never empty. */
    public List<Complaint> complaints() {
        return complaints;
    }

    /** Every complaint as {@code file:line: key: what is wrong}, one a line. */
    @Override
    public String getMessage() {
        return complaints.stream().map(Complaint::toString).collect(Collectors.joining("\n"));
    }
}
