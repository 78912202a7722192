/**
 * SQL expression for a new version of the policy or of a warehouse: a random integer that a JavaScript number can
 * represent exactly.
 *
 * Versions are not a counter, because a counter repeats numbers after the database was restored to an earlier state
 * (promoted standby, backup), and a server would then use a cached state of another change with the same number. Two
 * random versions are equal only if they belong to the same change.
 */
export const randomVersionSql = `(1 + floor(random() * 9007199254740990)::bigint)`
