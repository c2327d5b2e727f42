/** What the configuration file means, key by key, and what is refused. */
@org.jspecify.annotations.NullMarked
package io.pgha.config;
