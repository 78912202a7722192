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

/** Who is calling: the principal, the engines acting for it (outermost first), how it was proven, until when. */
export interface Identity {
  readonly principal: Principal
  readonly actors: readonly Principal[]
  readonly method: 'client-secret' | 'session-token' | 'anonymous'
  /** Epoch milliseconds; null: as long as the request. */
  readonly expiresAt: number | null
  /** Epoch ms at which the session began: dead when the principal's `not_before` is later. Absent: now. */
  readonly issuedAt?: number
}
