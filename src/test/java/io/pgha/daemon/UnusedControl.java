package io.pgha.daemon;

import io.pgha.model.ControlData;
import io.pgha.plan.StopMode;
import io.pgha.postgres.PostgresControl;

import java.time.Duration;

/** A control of which a test says what may be called; anything else is a mistake. */
abstract class UnusedControl implements PostgresControl {

    @Override
    public ControlData controlData() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isStopping() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void start(Duration patience) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String stop(StopMode mode, Duration limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void promote(Duration limit) {
        throw new UnsupportedOperationException();
    }
}
