/**
 * Error for a value that does not conform to the specification. The message contains the path to the value, never the
 * value.
 */
export class WireError extends Error {
  override readonly name = 'WireError'
  /** Path to the wrong value: member names and indices, such as `tables[3].name`. Empty for the whole document. */
  readonly place: string
  /** Message without the path to the value. */
  readonly reason: string

  constructor(reason: string, place = '') {
    super(place === '' ? reason : `${place}: ${reason}`)
    this.reason = reason
    this.place = place
  }
}

/** Maximum number of characters of a path in an error message. */
const LONGEST = 200

/**
 * Returns a copy of a `WireError` with `step` (a member name or `[index]`) before its path. Returns other errors
 * unchanged.
 */
export function prependPlace(step: string, error: unknown): unknown {
  if (!(error instanceof WireError)) return error
  const { place, reason } = error
  const joined = place === '' || place.startsWith('[') ? step + place : `${step}.${place}`
  return new WireError(reason, joined.length > LONGEST ? `${joined.slice(0, LONGEST)}…` : joined)
}
