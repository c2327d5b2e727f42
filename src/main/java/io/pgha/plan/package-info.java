/** The steps that exist and the workflows made of them, as values. May see: model. */
@org.jspecify.annotations.NullMarked
package io.pgha.plan;
