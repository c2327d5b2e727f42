package io.pgha.peer;

import io.pgha.json.Json;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;

import java.time.Duration;

/**
 * The model's values as JSON between processes of pgha. Unknown fields are let pass and absent optional ones are empty, so
 * that versions can differ by one step; a missing required field is refused by its name. Positions, epochs, names and
 * spans travel as text in PostgreSQL's, our own and ISO 8601 form.
 */
public final class ModelJson {

    /** Used by several threads. */
    public static final Json JSON = new Json(Json.Unknown.LEFT_OUT)
            .text(NodeId.class, NodeId::toString, NodeId::new)
            .text(Lsn.class, Lsn::toString, Lsn::parse)
            .text(Epoch.class, Epoch::toString, text -> new Epoch(Long.parseLong(text)))
            .text(Duration.class, Duration::toString, Duration::parse);

    private ModelJson() {}
}
