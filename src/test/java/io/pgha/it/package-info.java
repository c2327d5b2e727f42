/** Tests against real PostgreSQL, firewalls and processes. */
@org.jspecify.annotations.NullMarked
package io.pgha.it;
