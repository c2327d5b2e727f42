package io.pgha.postgres;

import io.pgha.postgres.PeerCluster.SizedTablespace;

import java.util.List;

/**
 * What a new copy will consist of.
 *
 * @param major PostgreSQL's major version of the copy
 * @param dataBytes PGDATA without tablespaces and WAL
 * @param walBytes WAL that comes with it
 * @param tablespaces each with where it lies at the node it comes from
 */
record CopyContent(String major, long dataBytes, long walBytes, List<SizedTablespace> tablespaces) {

    CopyContent {
        tablespaces = List.copyOf(tablespaces);
    }
}
