package io.pgha.model;

/**
 * The answer to a cede (rule R). Durable before it is sent.
 *
 * @param id the cede's
 * @param taken true when the next epoch was taken; false when refused
 * @param why the reason of a refusal
 */
public record CedeAnswer(String id, boolean taken, String why) {}
