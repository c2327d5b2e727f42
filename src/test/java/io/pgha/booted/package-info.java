/**
 * The packages installed on really booted machines, each with systemd, firewall, network and PostgreSQL of its own: what a
 * boot, a power cut, an upgrade and a removal do. Tests are tagged {@code systemd} and need root.
 */
@org.jspecify.annotations.NullMarked
package io.pgha.booted;
