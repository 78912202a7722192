/**
 * SQL expression for the next version of the policy or of a warehouse: a random integer that a JavaScript number
 * represents exactly.
 *
 * A counter repeats its numbers in a database that was restored to an earlier state (promoted standby, backup). A
 * server would then take its cached state for the current one. Two random versions are equal only if they belong to
 * the same change.
 */
export const randomVersionSql = `(1 + floor(random() * 9007199254740990)::bigint)`
