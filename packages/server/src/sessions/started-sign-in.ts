import type { KeyRing } from '../keys/key-ring.ts'
import { openToken, sealToken } from '../keys/sealed-token.ts'

/** Sign-in at an issuer that a browser has started. The cookie of the browser contains it, sealed. */
export interface StartedSignIn {
  readonly issuer: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Place in the console that the browser shows afterwards. */
  readonly place: string
}

const kind = { purpose: 'console-session', context: 'started sign-in' } as const
/** Time in seconds in which a user must finish a sign-in. */
export const startedSeconds = 600
/** A cookie has at most 4096 bytes. */
const maxLength = 3_500

export function sealStarted(ring: KeyRing, started: StartedSignIn, now: number): string {
  const until = now + startedSeconds * 1_000
  return sealToken(ring, kind, JSON.stringify({ ...started, until })).token
}

/** Opens a started sign-in. Returns null for another text, or when it started too long ago. */
export function openStarted(ring: KeyRing, text: string, now: number): StartedSignIn | null {
  const opened = openToken(ring, kind, text, maxLength)
  if (!opened.ok) return null
  const { until, ...started } = JSON.parse(opened.plain) as StartedSignIn & { readonly until: number }
  return now < until ? started : null
}
