/** Path of a claim: its name, or for a claim in nested objects, their names and its name. */
export type ClaimPath = readonly string[]

/** Secret that is not printed or serialized. Only `reveal` returns it. */
interface Revealed {
  reveal(): string
}

/** Settings for the introspection of tokens at the issuer (RFC 7662). */
export interface IntrospectionSettings {
  /** URL of the introspection endpoint. Null: the server reads it from the metadata of the issuer. */
  readonly endpoint: string | null
  readonly clientId: string
  readonly clientSecret: Revealed
  /**
   * Tokens that are introspected. `opaque`: tokens that are not JWTs. `all`: also JWTs, after the verification
   * of their signature, so that users that the issuer disables are soon refused.
   */
  readonly tokens: 'opaque' | 'all'
  /** Time in ms for which the server caches an `active` response, at most until the token expires. */
  readonly cacheMs: number
}

/** Kinds of tokens that can be the subject token of a token exchange. */
export type SubjectTokenKind = 'access_token' | 'id_token'

/**
 * Form of the token request by which the server exchanges a user's token: that of a product, or that of an RFC
 * (`generic-8693`, `generic-7523`).
 */
export type SecondLegProfile =
  'keycloak' | 'entra' | 'okta' | 'auth0' | 'google-sts' | 'generic-8693' | 'generic-7523' | 'chained'

/** Id and credential of this server as a client of an issuer. */
export interface IssuerClient {
  readonly id: string
  readonly proof:
    | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: Revealed }
    | {
        readonly method: 'private_key_jwt'
        /** Private key in PKCS #8 as PEM, or as a JWK. */
        readonly key: Revealed
        /** `kid` in the header of client assertions. Null: the header contains no `kid`. */
        readonly keyId: string | null
        /** Signature algorithm. Null: the algorithm of the key. */
        readonly algorithm: string | null
        /**
         * `aud` of the client assertions that the server signs. Null: the issuer, or the default of the
         * profile.
         */
        readonly audience: string | null
      }
}

/** Audiences, resources and scope of the token that the server requests for a user in a second leg. */
export interface LegTarget {
  readonly audiences: readonly string[]
  readonly resources: readonly string[]
  readonly scope: string | null
  /** Further parameters of the request, by name. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Settings of the second leg of a token exchange: before the server mints its own token for a user, it exchanges the
 * user's token at the issuer of that token.
 */
export interface SecondLegSettings {
  readonly profile: SecondLegProfile
  /** URL of the token endpoint. Null: the server reads it from the metadata of the issuer. */
  readonly tokenEndpoint: string | null
  /**
   * Client id and credential of this server at the issuer. Null: the issuer has no clients, as Google's token service.
   */
  readonly client: IssuerClient | null
  readonly target: LegTarget
  /**
   * Accepted audiences of a subject token, in place of the issuer's `audiences`. Empty: the issuer's
   * `audiences` apply.
   */
  readonly subjectAudiences: readonly string[]
  /** Requested token type (RFC 8693 section 3). Null: the default of the profile. */
  readonly requestedTokenType: string | null
  /**
   * `verified`: the response must be a valid access token for this server. `opaque`: the response cannot be verified,
   * and only its arrival counts.
   */
  readonly answer: 'verified' | 'opaque'
  /** Time limit in ms of the whole second leg. */
  readonly timeoutMs: number
  /** Second step of the profile `chained`: the issuer that returns the final token. */
  readonly next: {
    readonly issuer: string
    readonly tokenEndpoint: string | null
    readonly client: IssuerClient
    readonly target: LegTarget
  } | null
}

/** Settings of the sign-in of the web console at an issuer. */
export interface ConsoleClient {
  readonly client:
    | IssuerClient
    /** Public client, which only PKCE protects. */
    | { readonly id: string; readonly proof: { readonly method: 'none' } }
  /** Name of the issuer for users. */
  readonly label: string
  readonly scope: string
  /** Token whose claims name the user. */
  readonly token: SubjectTokenKind
  /** Time in ms after which a session is checked at the issuer again. */
  readonly checkMs: number
  /** Further parameters of the authorization request, by name. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Settings of an issuer whose tokens this server accepts. The content of a token cannot change these rules. */
export interface Issuer {
  /** Exact value of the claim `iss` in tokens of this issuer. */
  readonly issuer: string
  /** Accepted audiences of access tokens. The list is not empty. */
  readonly audiences: readonly string[]
  /** Accepted signature algorithms (`alg`), which are all asymmetric. */
  readonly algorithms: readonly string[]
  /**
   * `at+jwt`: the header of an access token must have this `typ` (RFC 9068). `any`: other JWTs are accepted,
   * too, unless their claims identify them as id_tokens.
   */
  readonly tokenType: 'at+jwt' | 'any'
  /** URL of the issuer's key set or of its metadata. */
  readonly keys: { readonly from: 'uri' | 'metadata'; readonly uri: string }
  readonly introspection: IntrospectionSettings | null
  readonly claims: {
    readonly subject: ClaimPath
    readonly login: ClaimPath
    readonly name: ClaimPath
    readonly groups: ClaimPath
    readonly actor: ClaimPath
    /**
     * Claim whose presence shows that a client requested the token for itself, and not for a user. The `azp` of such a
     * token is not an actor. Null: no such claim is configured.
     */
    readonly service: ClaimPath | null
  }
  /** Values of `azp` that identify engines, which act for the subject. Null: no `azp` identifies an actor. */
  readonly actors: ReadonlySet<string> | null
  /**
   * Further accepted values of `azp`, which are not actors. If `actors` or `clients` is set, every other `azp`
   * is refused. If both are null, every `azp` is accepted.
   */
  readonly clients: ReadonlySet<string> | null
  readonly subjectTokens: ReadonlySet<SubjectTokenKind>
  /** Clients whose id_tokens are accepted as subject tokens. The audience of an id_token is a client. */
  readonly idTokenAudiences: readonly string[]
  /** True: an unknown subject with a valid token gets a new principal. */
  readonly makesPrincipals: boolean
  /** Maximum age in ms of the groups from a token. Older groups have no effect on rights. */
  readonly groupsMaxAgeMs: number
  readonly leewayMs: number
  /**
   * Accepted `aud` of logout tokens: the ids of this server as a client of the issuer. Null: logout tokens of
   * the issuer are refused.
   */
  readonly logoutAudiences: readonly string[] | null
  /** Null: the web console offers no sign-in at this issuer. */
  readonly console: ConsoleClient | null
  /**
   * Settings for the request to the issuer during a token exchange. Null: the server exchanges a token of this issuer
   * without such a request.
   */
  readonly secondLeg: SecondLegSettings | null
}
