import type { Principal } from '../proven-identity.ts'

/**
 * Purpose for which a token of another issuer is presented. It decides which audiences and kinds of tokens are
 * accepted.
 */
export type ExternalPurpose =
  /** Access to the catalog: an access token for this server's audience, never an id_token. */
  | 'bearer'
  /** The user of a token exchange: as `bearer`, or a kind that the issuer's configuration allows for that. */
  | 'subject'
  /**
   * A workload proves which client it is (`client_assertion` of RFC 7523 section 2.2): its audience is the token
   * endpoint's issuer.
   */
  | 'client'

/** A party as an issuer names it. */
export interface ExternalParty {
  readonly issuer: string
  readonly subject: string
}

/**
 * Facts about a subject that a configured issuer states in a token, which was just verified. The store need not contain
 * the subject.
 */
export interface VerifiedExternal extends ExternalParty {
  /** Exactly as configured; never as an unverified token says. */
  readonly issuer: string
  readonly subject: string
  /** The name a person types to sign in, such as `preferred_username`; null: the token has none. */
  readonly login: string | null
  /** For people; null: the token has none. */
  readonly name: string | null
  /** Names of groups at this issuer. Null: the token contains no groups, so those of the last login remain. */
  readonly groups: readonly string[] | null
  /**
   * Party that acts for the subject: the outermost `act`, or an `azp` that the configuration of the issuer lists as an
   * actor.
   */
  readonly actor: ExternalParty | null
  /** `may_act` (RFC 8693 section 4.4): the only party that may act for the subject. Null: not stated. */
  readonly mayAct: ExternalParty | null
  /** `client_id`, or `azp`: client that the token was issued to. */
  readonly clientId: string | null
  readonly scope: string | null
  /** Epoch ms. */
  readonly issuedAt: number
  /** Epoch ms. */
  readonly expiresAt: number
  /** `auth_time` in epoch ms; null: the token does not say. */
  readonly authTime: number | null
  /** `jti`; null: none. */
  readonly id: string | null
}

/**
 * Reason for which a token of another issuer was refused. For the log and the audit; callers learn what `told` says.
 */
export type ExternalRefusal =
  | 'too long'
  | 'malformed'
  | 'unknown issuer'
  | 'wrong algorithm'
  | 'unknown key'
  | 'wrong signature'
  | 'wrong type'
  | 'wrong audience'
  | 'wrong claims'
  | 'expired'
  | 'not yet valid'
  | 'not active'
  | 'unknown client'

export type ExternalVerification =
  | {
      readonly ok: true
      readonly value: VerifiedExternal
      /**
       * Epoch ms until which the result may be cached, so that a revocation at the issuer takes effect here. Absent:
       * not at all.
       */
      readonly goodUntil?: number
    }
  | {
      readonly ok: false
      readonly reason: ExternalRefusal
      /** A sentence for the caller: what was wrong and what to do; never a part of the token. */
      readonly told: string
    }

/** Tokens of the configured issuers. */
export interface ExternalTokens {
  /** The configured issuers, as their tokens name them. */
  readonly issuers: ReadonlySet<string>
  /**
   * Verifies a token and returns its subject. Keys come from configured issuers only, by what the configuration says,
   * never by the token.
   *
   * @param signal ends the waiting for keys or introspection
   * @throws HeadgateError `unavailable` when the issuer cannot be asked and the token may well be good
   */
  verify(token: string, purpose: ExternalPurpose, signal?: AbortSignal): Promise<ExternalVerification>
}

/** Principals of other issuers. */
export interface ExternalPrincipals {
  /**
   * Finds the principal of a verified token, or creates it if the configuration of the issuer allows it. Its login,
   * name and groups are updated from the token. The result does not state whether it is enabled: its policy does.
   *
   * @throws HeadgateError `unauthenticated` for an unknown subject that may not be created
   */
  of(verified: VerifiedExternal): Promise<Principal>
}

export type SecondLegResponse =
  /** Combines the verified subject token and the verified response: the earlier ends apply. */
  | { readonly ok: true; readonly value: VerifiedExternal }
  | {
      readonly ok: false
      /** For the log and the audit. */
      readonly reason: string
      /** A sentence for the caller: what was wrong and what to do; never a part of a token. */
      readonly told: string
    }

/**
 * Second leg of an exchange: the server requests, with its own client, a token of the same user for this server from
 * the issuer of a user's token (RFC 8693, RFC 7523), and only then mints its own token.
 */
export interface SecondLegs {
  /** Returns the name of the second leg, for the audit event. Null: tokens of the issuer need none. */
  findProfile(issuer: string): string | null
  /**
   * @param token the subject token, as it was shown
   * @param subject what it says, verified just now
   * @throws HeadgateError `unavailable` when the issuer does not answer in time, or too many wait for it
   */
  ask(token: string, subject: VerifiedExternal): Promise<SecondLegResponse>
}

/** Functions that other modules need to accept tokens of other issuers. */
export interface ExternalIdentities {
  readonly tokens: ExternalTokens
  readonly principals: ExternalPrincipals
  readonly secondLegs: SecondLegs
}
