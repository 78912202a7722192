/** What was asked for is not so. */
export class Failed extends Error {
  override readonly name = 'Failed'
}

/** The check says nothing about this server, or cannot be made here. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Goes on only when `condition` holds; `reason` is what somebody reads who has to mend the server. */
export function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Failed(reason)
}

export function notApplicable(reason: string): never {
  throw new NotApplicable(reason)
}
