import type { Migration } from './migration.ts'

/**
 * `policy_is` compares the policy version in a new snapshot, because it is volatile: a statement that has waited for a
 * lock calls it last. `waited` only orders the call after other parts of the statement. The error is a serialization
 * failure, so that the statement is repeated.
 *
 * Versions of the policy are random from this step on. The previous version was a counter, so the step replaces it.
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
