/** The words of the field as immutable values. May see: nothing but java.lang, java.util, java.time. */
@org.jspecify.annotations.NullMarked
package io.pgha.model;
