/** Read-only HTTP: health, status, metrics. May see: model, engine, config, os. */
@org.jspecify.annotations.NullMarked
package io.pgha.http;
