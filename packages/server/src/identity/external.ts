import type { Principal } from './identity.ts'

/** What a token of another issuer is shown for; it decides which audience and which kinds of tokens are accepted. */
export type ExternalPurpose =
  /** Access to the catalog: an access token for this server's audience, never an id_token. */
  | 'bearer'
  /** The user of a token exchange: as `bearer`, or a kind that the issuer's configuration allows for that. */
  | 'subject'
  /** A workload proves which client it is (`client_assertion` of RFC 7523 section 2.2): its audience is the token endpoint's issuer. */
  | 'client'

/** A party as an issuer names it. */
export interface ExternalParty {
  readonly issuer: string
  readonly subject: string
}

/** Whom a configured issuer vouches for, as a token said that was verified just now. Nothing of it need be in the store. */
export interface VerifiedExternal extends ExternalParty {
  /** Exactly as configured; never as an unverified token says. */
  readonly issuer: string
  readonly subject: string
  /** The name a person types to sign in, such as `preferred_username`; null: the token has none. */
  readonly login: string | null
  /** For people; null: the token has none. */
  readonly name: string | null
  /** Names of groups at this issuer; null: the token says nothing about groups, so those of the last login stay. */
  readonly groups: readonly string[] | null
  /** Who acts for the subject: the outermost `act`, or an `azp` that the issuer's configuration takes for one. */
  readonly actor: ExternalParty | null
  /** `may_act` (RFC 8693 section 4.4): who alone may act for the subject; null: the token does not say. */
  readonly mayAct: ExternalParty | null
  /** `client_id`, or `azp`: whom the token was given to. */
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

/** Why a token of another issuer was refused. For the log and the audit; callers learn what `told` says. */
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
      /** Epoch ms: whoever keeps the result keeps it no longer, or what stops the token at its issuer does not stop it here. Absent: not at all. */
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
   * Whose token this is. Keys come from configured issuers only, by what the configuration says, never by the token.
   *
   * @param signal ends the waiting for keys or introspection
   * @throws HeadgateError `unavailable` when the issuer cannot be asked and the token may well be good
   */
  verify(token: string, purpose: ExternalPurpose, signal?: AbortSignal): Promise<ExternalVerification>
}

/** Principals of other issuers. */
export interface ExternalPrincipals {
  /**
   * The principal of a verified token: found, or made where the issuer's configuration says so; its login, name and groups
   * are those of the token from now on. Whether it is enabled is not said here: its policy says so.
   *
   * @throws HeadgateError `unauthenticated` for somebody who is not known and may not be made
   */
  of(verified: VerifiedExternal): Promise<Principal>
}

export type SecondLegAnswer =
  /** What the verified subject token and the verified answer say together: the ends are the earlier ones. */
  | { readonly ok: true; readonly value: VerifiedExternal }
  | {
      readonly ok: false
      /** For the log and the audit. */
      readonly reason: string
      /** A sentence for the caller: what was wrong and what to do; never a part of a token. */
      readonly told: string
    }

/**
 * The second leg of an exchange: the issuer of a user's token is asked, as this server's own client, for a token of the
 * same user for this server (RFC 8693, RFC 7523), and only then a token of ours is made.
 */
export interface SecondLegs {
  /** How the issuer is asked, for the audit; null: its tokens are worth a session by themselves. */
  profileOf(issuer: string): string | null
  /**
   * @param token the subject token, as it was shown
   * @param subject what it says, verified just now
   * @throws HeadgateError `unavailable` when the issuer does not answer in time, or too many wait for it
   */
  ask(token: string, subject: VerifiedExternal): Promise<SecondLegAnswer>
}

/** What the rooms need to take tokens of other issuers. */
export interface ExternalIdentities {
  readonly tokens: ExternalTokens
  readonly principals: ExternalPrincipals
  readonly secondLegs: SecondLegs
}
