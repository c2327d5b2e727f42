/** The admin consoles of the PgBouncers between clients and traffic manager. May see: config. */
@org.jspecify.annotations.NullMarked
package io.pgha.pooler;
