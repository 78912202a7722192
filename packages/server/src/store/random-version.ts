/**
 * SQL expression for the next version of the policy or of a warehouse: a random integer that a JavaScript number holds exactly.
 *
 * A counter repeats its numbers in a database that went back (promoted stand-by, restored backup), and a server would then
 * take the state it remembers for the current one. Two random versions are equal only if they name the same change.
 */
export const randomVersionSql = `(1 + floor(random() * 9007199254740990)::bigint)`
