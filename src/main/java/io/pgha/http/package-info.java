/** Read-only HTTP: health, status, metrics. May see: model, engine, config. */
@org.jspecify.annotations.NullMarked
package io.pgha.http;
