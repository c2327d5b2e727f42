package io.pgha.plan;

/** A step in words, for dry-run, status and the event log. */
public final class StepWords implements Step.Visitor<String> {

    private static final StepWords WORDS = new StepWords();

    private StepWords() {}

    /** The step as one clause, such as "promote PostgreSQL and wait until it accepts writes". */
    public static String of(Step step) {
        return step.accept(WORDS);
    }

    @Override
    public String become(Step.Become s) {
        return "record on disk: " + s.state() + " at epoch " + s.epoch() + " (owner " + s.owner()
                + ")";
    }

    @Override
    public String awaitOpen(Step.AwaitOpen s) {
        return "open the gate and read it back";
    }

    @Override
    public String awaitClosed(Step.AwaitClosed s) {
        return "close the gate and read it back";
    }

    @Override
    public String endSessions(Step.EndSessions s) {
        return "end every client session";
    }

    @Override
    public String startPostgres(Step.StartPostgres s) {
        return "start PostgreSQL";
    }

    @Override
    public String stopPostgres(Step.StopPostgres s) {
        return switch (s.mode()) {
            case FAST -> "stop PostgreSQL (fast, with a shutdown checkpoint)";
            case LADDER -> "stop PostgreSQL (fast, then immediate, then kill)";
            case KILL -> "kill every process of this PostgreSQL";
        };
    }

    @Override
    public String markStandby(Step.MarkStandby s) {
        return "put standby.signal in place, so that a start by hand is read-only";
    }

    @Override
    public String markPrimary(Step.MarkPrimary s) {
        return "remove standby.signal";
    }

    @Override
    public String stopReceiver(Step.StopReceiver s) {
        return "stop the WAL receiver";
    }

    @Override
    public String rescueWal(Step.RescueWal s) {
        return "fetch the old primary's remaining WAL, and replay it";
    }

    @Override
    public String resumeReceiver(Step.ResumeReceiver s) {
        return "put the settings of recovery back";
    }

    @Override
    public String promote(Step.Promote s) {
        return "promote PostgreSQL and wait until it accepts writes";
    }

    @Override
    public String checkpoint(Step.Checkpoint s) {
        return "checkpoint";
    }

    @Override
    public String offerCede(Step.OfferCede s) {
        return "cede epoch " + s.epoch() + " to " + s.to();
    }

    @Override
    public String issueToken(Step.IssueToken s) {
        return "issue the release token for " + s.target();
    }

    @Override
    public String askForStandby(Step.AskForStandby s) {
        return "ask the peer to become a standby of this node, keeping clients served meanwhile";
    }

    @Override
    public String awaitPeer(Step.AwaitPeer s) {
        return switch (s.condition()) {
            case STREAMS -> "wait until the peer streams from here";
            case WOULD_TAKE -> "wait until the peer streams from here and would take over";
            case HOLDS_FINAL_WAL ->
                "verify that the peer holds all WAL up to the shutdown checkpoint";
            case HOLDS_TOKEN -> "wait until the peer has the release on disk";
            case ANSWERED_CEDE -> "wait for the peer's answer to the cede";
            case VOIDED_TOKEN -> "wait until the peer confirms that the release is void";
        };
    }

    @Override
    public String cloneDatabase(Step.Clone s) {
        return switch (s.mode()) {
            case ASIDE -> "copy the peer's database beside the old one and verify it";
            case IN_PLACE -> "copy the peer's database over the old one and verify it";
        };
    }

    @Override
    public String swapIn(Step.SwapIn s) {
        return "swap the new copy in, keep the old one aside";
    }

    @Override
    public String configureStandby(Step.ConfigureStandby s) {
        return "configure streaming from the peer";
    }

    @Override
    public String awaitStreaming(Step.AwaitStreaming s) {
        return "wait until this standby streams";
    }

    @Override
    public String dropOld(Step.DropOld s) {
        return "remove the old copy that lay aside";
    }

    @Override
    public String packArchive(Step.PackArchive s) {
        return "pack the stopped database into " + s.file();
    }

    @Override
    public String unpackArchive(Step.UnpackArchive s) {
        return "verify " + s.file() + " and unpack it beside the old copy";
    }

    @Override
    public String verifyToken(Step.VerifyToken s) {
        return "verify that the release is for this node and that its WAL is all here";
    }

    @Override
    public String dropSlot(Step.DropSlot s) {
        return "drop the slot that the peer no longer uses";
    }

    @Override
    public String claim(Step.Claim s) {
        return "claim epoch " + s.epoch() + " at the arbiter";
    }

    @Override
    public String fence(Step.Fence s) {
        return "switch " + s.target() + "'s machine off by its fence devices and see it off";
    }

    @Override
    public String saveDivergedWal(Step.SaveDivergedWal s) {
        return "save the WAL of timeline " + s.timeline() + " after " + s.fork().at()
                + " and a summary of it";
    }

    @Override
    public String rewind(Step.Rewind s) {
        return switch (s.wal()) {
            case LOCAL -> "rewind this copy to the peer's (pg_rewind)";
            case ARCHIVE ->
                "rewind this copy to the peer's (pg_rewind), with WAL from the archive where it is needed";
        };
    }

    @Override
    public String pausePoolers(Step.PausePoolers s) {
        return "let the clients of PgBouncer wait (PAUSE)";
    }

    @Override
    public String countCommits(Step.CountCommits s) {
        return "count client commits since the timelines parted";
    }
}
