/** Thrown by a check when the software under test breaks a promise. */
export class Failed extends Error {
  override readonly name = 'Failed'
}

/** Thrown by a check that is not possible with the server under test. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Throws `Failed` unless `condition` is true. `reason` describes the fault of the software under test. */
export function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Failed(reason)
}

export function notApplicable(reason: string): never {
  throw new NotApplicable(reason)
}
