import type { SigningRules } from '../rules.ts'
import type { CredentialScope } from '../scope.ts'
import type { Payload } from '../payload.ts'

/** Position of the authentication: the `Authorization` header, or the query of a presigned request. */
export type AuthenticationForm = 'header' | 'query'

/** The authentication of a request: well-formed, but not yet checked. */
export interface Authentication {
  readonly form: AuthenticationForm
  /**
   * Identifies the secret. In an Authorization header the access key id is not signed, so two access keys must not
   * have the same secret.
   */
  readonly accessKeyId: string
  readonly scope: CredentialScope
  /** Names of the signed headers in lower case, sorted, without repetition. */
  readonly signedHeaders: readonly string[]
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
}

/**
 * A request that meets the policy, but whose signature is not yet verified. Do not trust any of these values until
 * `verifySignature` accepts the request.
 */
export interface ParsedRequest extends Authentication {
  /** Time of the signature: `20150830T123600Z`. */
  readonly timestamp: string
  readonly date: Date
  /** Time at which a presigned request expires. */
  readonly expiresAt?: Date
  /** The session token that belongs to the access key. The server that issued it must validate it. */
  readonly sessionToken?: string
  /** Whether the signature covers the session token. */
  readonly sessionTokenSigned: boolean
  readonly payload: Payload
  /** The `host` header that was signed. */
  readonly host: string
  /**
   * The percent-encoded path of the request. If the signing rules require it, dot segments and repeated slashes are
   * resolved. Use this path for routing.
   */
  readonly path: string
  /** The canonical request without the hash of the payload. */
  readonly canonicalHead: string
}

/** Requirements of a server for signed requests. */
export interface VerificationPolicy {
  /** Signing names of this server: `['s3']`. A signature for another service is refused. */
  readonly services: readonly string[]
  /** Regions of this server. Default: any. */
  readonly regions?: readonly string[]
  readonly now: Date
  /** The largest accepted difference of the clocks, in milliseconds. Default: 15 minutes. */
  readonly maxSkewMs?: number
  /** The longest accepted validity of presigned requests, in seconds. Default and maximum: 7 days. */
  readonly maxExpiresSeconds?: number
  /** Accepted positions of the authentication. Default: both. */
  readonly forms?: readonly AuthenticationForm[]
  /** Signing rules. Default: `rulesFor` of the service in the scope. */
  readonly rules?: SigningRules
  /** `after`: the session token may be unsigned, which some services require. Default `signed`. */
  readonly sessionToken?: 'signed' | 'after'
  /** Lower-case names of headers that must be signed when they are sent, in addition to `host` and `x-amz-*`. */
  readonly mustBeSigned?: readonly string[]
  /** Lower-case names of `x-amz-*` headers that may be unsigned, because a proxy in front adds them. */
  readonly mayBeUnsigned?: readonly string[]
  /** The host that clients sign, if a proxy in front replaces the `host` header. */
  readonly host?: string
  /**
   * Whether query parameters may be repeated. Their order is not signed. Authentication parameters must never be
   * repeated. Default `refuse`.
   */
  readonly repeatedParameters?: 'refuse' | 'allow'
}
