/** A value that is not what the protocol says. The message names the place (`tables[3]`) and never shows the value. */
export class WireError extends Error {
  override readonly name = 'WireError'
  /** Where it stands in the document: members, and indices in brackets. Empty: the document itself. */
  readonly place: string
  readonly reason: string

  constructor(reason: string, place = '') {
    super(place === '' ? reason : `${place}: ${reason}`)
    this.reason = reason
    this.place = place
  }
}

/** Characters of a place that are shown. */
const LONGEST = 200

/** The error to throw in place of one that came out of `step`: a member, or `[index]`. */
export function within(step: string, error: unknown): unknown {
  if (!(error instanceof WireError)) return error
  const { place, reason } = error
  const joined = place === '' || place.startsWith('[') ? step + place : `${step}.${place}`
  return new WireError(reason, joined.length > LONGEST ? `${joined.slice(0, LONGEST)}…` : joined)
}
