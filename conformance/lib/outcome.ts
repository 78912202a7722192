/** Thrown when a promise is broken. */
export class Failed extends Error {
  override readonly name = 'Failed'
}

/** Thrown when the check is not possible with this server. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Throws unless `condition` holds. `reason` tells the operator what to repair. */
export function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Failed(reason)
}

export function notApplicable(reason: string): never {
  throw new NotApplicable(reason)
}
