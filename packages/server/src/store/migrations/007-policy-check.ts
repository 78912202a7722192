import type { Migration } from './migration.ts'

/**
 * Adds the function `policy_is`, which a statement calls after it has waited for locks. Because the function is
 * volatile, it reads the policy version in a new snapshot. The parameter `waited` only makes PostgreSQL call the
 * function after the other parts of the statement. If the version differs, the function throws a serialization
 * failure, so that the pool repeats the statement.
 *
 * From this migration on, policy versions are random numbers. Before, the version was a counter, so the migration
 * replaces it.
 */
export const policyCheck: Migration = {
  version: 7,
  name: 'policy-check',
  stopsOlderServers: true,
  sql: `
create function policy_is(expected bigint, waited bigint) returns boolean language plpgsql volatile as $$
begin
  perform from policy where version = expected;
  if found then
    return true;
  end if;
  raise exception 'the policy changed while the statement waited' using errcode = 'serialization_failure';
end
$$;
update policy set version = (1 + floor(random() * 9007199254740990)::bigint) where version > 1;
`,
}
