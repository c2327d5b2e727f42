@org.jspecify.annotations.NullMarked
package io.pgha.setup;
