/**
 * Nothing was written because the world moved since it was looked at: the relation was committed, renamed or dropped
 * by somebody else, or the policy changed. The operation is run again from its first look; see `rerunStale`.
 */
export class Stale extends Error {
  override readonly name = 'Stale'
}
