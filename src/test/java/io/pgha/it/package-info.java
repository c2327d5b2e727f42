/**
 * Integration tests on real machines: PostgreSQL, firewall, traffic manager and clients, each in namespaces of its own
 * on one host. {@link io.pgha.it.Lab} is the test bed; tests are tagged {@code netns} and need root.
 */
@org.jspecify.annotations.NullMarked
package io.pgha.it;
