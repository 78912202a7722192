import type { Principal } from '../proven-identity.ts'

/**
 * Purpose for which a token of another issuer is presented. It decides which audiences and kinds of tokens are
 * accepted.
 */
export type ExternalPurpose =
  /** Access to the catalog: an access token for this server's audience, never an id_token. */
  | 'bearer'
  /**
   * Subject token of a token exchange: a token as for `bearer`, or of a kind that the issuer's configuration
   * accepts as a subject token.
   */
  | 'subject'
  /**
   * Client assertion of a workload (`client_assertion` of RFC 7523 section 2.2): a token whose audience is the
   * issuer of the token endpoint.
   */
  | 'client'

/** Subject or actor that an issuer names in a token. */
export interface ExternalParty {
  readonly issuer: string
  readonly subject: string
}

/** Content of a verified token of a configured issuer. The database may not contain its subject. */
export interface VerifiedExternal extends ExternalParty {
  /** Issuer from the configuration, whose key verified the token. */
  readonly issuer: string
  readonly subject: string
  /** Name that a person types to sign in, such as `preferred_username`. Null: the token does not contain it. */
  readonly login: string | null
  /** Display name. Null: the token does not contain it. */
  readonly name: string | null
  /**
   * Names of groups at this issuer. Null: the token does not state the groups, so the stored groups of the
   * principal remain.
   */
  readonly groups: readonly string[] | null
  /**
   * Party that acts for the subject: the outermost `act`, or an `azp` that the configuration of the issuer lists as an
   * actor.
   */
  readonly actor: ExternalParty | null
  /**
   * `may_act` (RFC 8693 section 4.4): the only party that may act for the subject. Null: the token does not
   * contain it.
   */
  readonly mayAct: ExternalParty | null
  /** `client_id`, or `azp`: client that the token was issued to. */
  readonly clientId: string | null
  readonly scope: string | null
  /** Time of issue (`iat`) in epoch ms. */
  readonly issuedAt: number
  /** Expiry (`exp`) in epoch ms. */
  readonly expiresAt: number
  /** `auth_time` in epoch ms. Null: the token does not contain it. */
  readonly authTime: number | null
  /** `jti`. Null: the token does not contain it. */
  readonly id: string | null
}

/**
 * Reason for which a token of another issuer was refused. The log and the audit event contain it; callers
 * receive `message`.
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
       * Time in epoch ms until which the result may be cached. Then the token is verified again, so that a
       * revocation at the issuer takes effect. Absent: the result must not be cached.
       */
      readonly goodUntil?: number
    }
  | {
      readonly ok: false
      readonly reason: ExternalRefusal
      /**
       * Sentence for the caller: why the token was refused, and what to do. It contains no part of the token.
       */
      readonly message: string
    }

/** Verifies tokens of the configured issuers. */
export interface ExternalTokens {
  /** Configured issuers, by the value of `iss` in their tokens. */
  readonly issuers: ReadonlySet<string>
  /**
   * Verifies a token and returns its subject. Only the configuration determines from where keys are loaded,
   * never the token.
   *
   * @param signal aborts the wait for keys or introspection
   * @throws HeadgateError `unavailable` when the issuer does not respond, so that it is unknown whether the
   *   token is valid
   */
  verify(token: string, purpose: ExternalPurpose, signal?: AbortSignal): Promise<ExternalVerification>
}

/** Finds and creates the principals of other issuers. */
export interface ExternalPrincipals {
  /**
   * Finds the principal of a verified token, or creates it if the configuration of the issuer allows it. The
   * token updates the login, name and groups of the principal. The result does not state whether the principal
   * is enabled; its policy does.
   *
   * @throws HeadgateError `unauthenticated` for an unknown subject that may not be created
   */
  of(verified: VerifiedExternal): Promise<Principal>
}

export type SecondLegResponse =
  /**
   * Identity from the verified subject token and the verified response of the issuer. The earlier expiry of the
   * two applies.
   */
  | { readonly ok: true; readonly value: VerifiedExternal }
  | {
      readonly ok: false
      /** Reason for the log and the audit event. */
      readonly reason: string
      /** Sentence for the caller: why the exchange failed, and what to do. It contains no part of a token. */
      readonly message: string
    }

/**
 * Second leg of a token exchange. Before this server mints a token, it sends the user's token to the issuer of
 * that token, as a client of the issuer, and requests a token of the same user for this server (RFC 8693, RFC
 * 7523).
 */
export interface SecondLegs {
  /**
   * Returns the profile (form of the token request) of the second leg, for the audit event. Null: no second leg is
   * configured for the issuer.
   */
  findProfile(issuer: string): string | null
  /**
   * Sends the token of a user to its issuer, and returns the result of the exchange.
   *
   * @param token the subject token, as the caller sent it
   * @param subject verified content of this token
   * @throws HeadgateError `unavailable` when the issuer does not respond in time, or too many requests to it are
   * running
   */
  ask(token: string, subject: VerifiedExternal): Promise<SecondLegResponse>
}

/** Functions that other modules need to accept tokens of other issuers. */
export interface ExternalIdentities {
  /** Verifies tokens of other issuers. */
  readonly tokens: ExternalTokens
  /** Finds and creates the principals of verified tokens. */
  readonly principals: ExternalPrincipals
  /** Exchanges a token of a user at the issuer of this token. */
  readonly secondLegs: SecondLegs
}
