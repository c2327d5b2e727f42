/** The file, every key, every default, every complaint. May see: model. */
@org.jspecify.annotations.NullMarked
package io.pgha.config;
