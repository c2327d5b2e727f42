/** README.md held to the code. */
@org.jspecify.annotations.NullMarked
package io.pgha.readme;
