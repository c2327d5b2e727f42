/**
 * JSON, read and written strictly: what is not known is never read as zero, false or null, and nothing is read as something
 * else. Of the library only its streaming reader and writer are used, which load in a fraction of the time and memory that
 * its data binding takes, and are all that a command needs that must be quick. Sees nothing of ours.
 */
@org.jspecify.annotations.NullMarked
package io.pgha.json;
