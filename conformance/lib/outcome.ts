/** Error of a check for a fault of the software under test. */
export class Failed extends Error {
  override readonly name = 'Failed'
}

/** Error of a check that cannot run with the software under test, which is not a fault. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Throws `Failed` with the reason unless the condition is true. */
export function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Failed(reason)
}

export function notApplicable(reason: string): never {
  throw new NotApplicable(reason)
}
