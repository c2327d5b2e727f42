package io.pgha.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration file was refused. The message holds every complaint, one a line, in the order of the file. */
public final class InvalidConfiguration extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Complaint> complaints;

    /** Refuses a file; {@code complaints} is not empty. */
    public InvalidConfiguration(List<Complaint> complaints) {
        this.complaints = List.copyOf(complaints);
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
