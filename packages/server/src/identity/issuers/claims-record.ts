import { plainText } from '../../events/redact.ts'
import { noteIssuerClaims } from '../../store/issuer-claims.ts'
import type { Queryable } from '../../store/sql.ts'
import type { Claims } from './read-claims.ts'

/** Minimum time in ms between two records for an issuer. */
const everyMs = 60_000
const maxClaims = 40
const maxNameLength = 64
const maxTextLength = 160

/**
 * Records which claims the tokens of issuers contain, so that an administrator sees what the settings of an issuer refer to.
 * A record is written at most once per minute, and no request waits for it.
 */
export class ClaimsRecord {
  readonly #sql: Queryable
  readonly #onError: (error: unknown) => void
  readonly #now: () => number
  readonly #recordedAt = new Map<string, number>()

  constructor(sql: Queryable, onError: (error: unknown) => void, now: () => number = Date.now) {
    this.#sql = sql
    this.#onError = onError
    this.#now = now
  }

  /** @param issuer name of a configured issuer */
  note(issuer: string, claims: Claims): void {
    const now = this.#now()
    if (now - (this.#recordedAt.get(issuer) ?? -Infinity) < everyMs) return
    this.#recordedAt.set(issuer, now)
    noteIssuerClaims(this.#sql, issuer, describeClaims(claims)).catch(this.#onError)
  }
}

/** Returns the claims as short texts. */
export function describeClaims(claims: Claims): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(claims)
      .slice(0, maxClaims)
      .map(([name, value]) => [shorten(name, maxNameLength), shorten(describe(value), maxTextLength)]),
  )
}

function describe(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Removes tokens, and what the database cannot store. */
function shorten(text: string, maxLength: number): string {
  const plain = plainText(text, text.length).replaceAll('\0', '')
  // The end of the slice can be half of a surrogate pair.
  return (plain.length > maxLength ? `${plain.slice(0, maxLength - 1)}…` : plain).toWellFormed()
}
