/** One party of a call, as the store knows it. */
export interface Principal {
  /** Id in the store. */
  readonly id: string
  /** Who vouches for the subject: `headgate` for principals of ours, else the issuer's URL. */
  readonly issuer: string
  readonly subject: string
  /** For people: logs, audit, messages. */
  readonly name: string
}

/**
 * How an identity was proven.
 *
 * - `client-secret`, `client-key`, `client-federation`: a client at the token endpoint, by its secret, by a signature of a
 *   key it registered, or by a token of the issuer it runs under
 * - `session-token`: a token of ours
 * - `external-token`: a token of a configured issuer
 * - `assertion`, `statement`: named by an engine, signed or not; only ever with that engine in `actors`
 */
export type Proof = (typeof proofs)[number]

export const proofs = [
  'client-secret',
  'client-key',
  'client-federation',
  'session-token',
  'external-token',
  'assertion',
  'statement',
  'anonymous',
] as const

/** Who is calling: the principal, the engines acting for it (outermost first), how it was proven, until when. */
export interface Identity {
  readonly principal: Principal
  /** The first one's limits hold; the others are history. */
  readonly actors: readonly Principal[]
  readonly method: Proof
  /** How the session began, however often it was renewed since. Absent: by `method`. */
  readonly obtainedBy?: Proof
  /**
   * True: restored from a sealed form of an earlier version, which does not record how the identity was proven. With an
   * engine in `actors`, it is accepted only while that engine's entry has not changed since `issuedAt`.
   */
  readonly isProvenanceUnknown?: true
  /** Epoch milliseconds; null: as long as the request. */
  readonly expiresAt: number | null
  /** Epoch ms at which the session began: dead when the principal's or the engine's `not_before` is later. Absent: now. */
  readonly issuedAt?: number
  /** Epoch ms at which the principal itself was last proven, however often the session was renewed. Absent: `issuedAt`. */
  readonly authTime?: number
  /** Epoch ms: no renewal reaches beyond it. Absent: the session cannot be renewed. */
  readonly sessionEndsAt?: number
  /** The engine's own name for what it is doing: a claim of the engine, for the audit. */
  readonly queryId?: string
}
