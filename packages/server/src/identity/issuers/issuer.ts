/** A claim: its name, or the names on the way to it in nested objects. */
export type ClaimPath = readonly string[]

/** A secret that is only ever shown where it is used. */
export interface Revealed {
  reveal(): string
}

/** Asks the issuer whether a token is good (RFC 7662). */
export interface IntrospectionSettings {
  /** Null: what the issuer's metadata says. */
  readonly endpoint: string | null
  readonly clientId: string
  readonly clientSecret: Revealed
  /**
   * `opaque`: tokens that are not JWTs. `all`: also JWTs, after their verification, so that disabled users are refused
   * soon.
   */
  readonly tokens: 'opaque' | 'all'
  /** How long an answer that says `active` may be used again; never beyond the token's end. */
  readonly cacheMs: number
}

/** Kinds of tokens that may be shown as the user of a token exchange. */
export type SubjectTokenKind = 'access_token' | 'id_token'

/** How a product wants to be asked for a token for a user's token. */
export type SecondLegProfile =
  'keycloak' | 'entra' | 'okta' | 'auth0' | 'google-sts' | 'generic-8693' | 'generic-7523' | 'chained'

/** This server as a client of an issuer. */
export interface IssuerClient {
  readonly id: string
  readonly proof:
    | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: Revealed }
    | {
        readonly method: 'private_key_jwt'
        /** PKCS #8 as PEM, or a JWK. */
        readonly key: Revealed
        /** Null: the algorithm of the key. */
        readonly keyId: string | null
        readonly algorithm: string | null
        /** `aud` of what it signs; null: the issuer, or what the profile knows. */
        readonly audience: string | null
      }
}

/** Purposes for which tokens are requested. */
export interface LegTarget {
  readonly audiences: readonly string[]
  readonly resources: readonly string[]
  readonly scope: string | null
  /** Further parameters of the request, by name. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Second leg: subject tokens are exchanged at their issuer before this server mints a token. */
export interface SecondLegSettings {
  readonly profile: SecondLegProfile
  /** Null: what the issuer's metadata say. */
  readonly tokenEndpoint: string | null
  /** Null: clients have no name there, as at Google. */
  readonly client: IssuerClient | null
  readonly target: LegTarget
  /** Not empty: a subject token must be for one of these, in place of the issuer's `audiences`. */
  readonly subjectAudiences: readonly string[]
  /** RFC 8693 section 3; null: what the profile wants. */
  readonly requestedTokenType: string | null
  /**
   * `verified`: the response must be a valid access token for this server. `opaque`: the response cannot be verified,
   * and only its arrival counts.
   */
  readonly answer: 'verified' | 'opaque'
  /** For all of it. */
  readonly timeoutMs: number
  /** The second step of `chained`: the other issuer, whose token is the answer. */
  readonly next: {
    readonly issuer: string
    readonly tokenEndpoint: string | null
    readonly client: IssuerClient
    readonly target: LegTarget
  } | null
}

/**
 * An issuer whose tokens are taken, and what is taken of them. Everything is decided by the configuration, nothing by a
 * token.
 */
export interface Issuer {
  /** Exactly the value of `iss`. */
  readonly issuer: string
  /** Not empty: an access token must be for one of these. */
  readonly audiences: readonly string[]
  /** `alg`s, asymmetric ones only. */
  readonly algorithms: readonly string[]
  /**
   * `at+jwt`: an access token must say that it is one (RFC 9068). `any`: it may be a plain JWT, if nothing speaks for
   * an id_token.
   */
  readonly tokenType: 'at+jwt' | 'any'
  /** URL of its keys, or of its metadata. */
  readonly keys: { readonly from: 'uri' | 'metadata'; readonly uri: string }
  readonly introspection: IntrospectionSettings | null
  readonly claims: {
    readonly subject: ClaimPath
    readonly login: ClaimPath
    readonly name: ClaimPath
    readonly groups: ClaimPath
    readonly actor: ClaimPath
    /**
     * Claim that is present in tokens that a client requested for itself, so that its `azp` is not an actor. Null:
     * none.
     */
    readonly service: ClaimPath | null
  }
  /** `azp`s of engines: they act for the subject. Null: no `azp` is taken for an actor. */
  readonly actors: ReadonlySet<string> | null
  /**
   * Further values of `azp`, which are not actors. With `actors` or this, every other `azp` is refused; both null: all
   * are taken.
   */
  readonly clients: ReadonlySet<string> | null
  readonly subjectTokens: ReadonlySet<SubjectTokenKind>
  /** The clients whose id_tokens may be subjects: an id_token is for a client, and no API. */
  readonly idTokenAudiences: readonly string[]
  /** Creates a principal for an unknown subject with a valid token. */
  readonly makesPrincipals: boolean
  /** Groups that a token said longer ago than that do not count. */
  readonly groupsMaxAgeMs: number
  readonly leewayMs: number
  /** `aud` of logout tokens, that is the client ids the issuer knows this server by; null: it cannot log out here. */
  readonly logoutAudiences: readonly string[] | null
  /** Null: a token of this issuer is worth a session without asking it. */
  readonly secondLeg: SecondLegSettings | null
}
