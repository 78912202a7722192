import type { SigningRules } from '../rules.ts'
import type { CredentialScope } from '../scope.ts'
import type { Payload } from '../payload.ts'

/** Position of the signature: the `Authorization` header, or the query of a presigned request. */
export type AuthenticationForm = 'header' | 'query'

/** Parsed signature of a request with its access key and scope. The signature is well-formed, but not verified. */
export interface Authentication {
  readonly form: AuthenticationForm
  /**
   * Access key id, which identifies the secret. In an Authorization header the access key id is not signed, so two
   * access keys must not have the same secret.
   */
  readonly accessKeyId: string
  readonly scope: CredentialScope
  /** Names of the signed headers in lower case, sorted, without repetition. */
  readonly signedHeaders: readonly string[]
  /** Signature: 64 lower-case hexadecimal digits. */
  readonly signature: string
}

/**
 * A request that meets the policy, but whose signature is not yet verified. Do not trust any of these values until
 * `verifySignature` accepts the request.
 */
export interface ParsedRequest extends Authentication {
  /** Signing time in the form `20150830T123600Z`. */
  readonly timestamp: string
  readonly date: Date
  /** Time at which a presigned request expires. */
  readonly expiresAt?: Date
  /** The session token that belongs to the access key. The server that issued it must validate it. */
  readonly sessionToken?: string
  /** Whether the signature covers the session token. */
  readonly sessionTokenSigned: boolean
  readonly payload: Payload
  /** Value of the signed `host` header. */
  readonly host: string
  /**
   * Percent-encoded path of the request, for routing. If the signing rules require it, dot segments and repeated
   * slashes are resolved.
   */
  readonly path: string
  /** Canonical request of Signature Version 4, without the hash of the payload. */
  readonly canonicalHead: string
}

/** Requirements of a server for signed requests. */
export interface VerificationPolicy {
  /** Signing names of this server, such as `['s3']`. A signature for another service is refused. */
  readonly services: readonly string[]
  /** Regions of this server. A signature for another region is refused. Default: all regions are accepted. */
  readonly regions?: readonly string[]
  readonly now: Date
  /** Maximum accepted difference between the clocks of client and server, in ms. Default: 15 minutes. */
  readonly maxSkewMs?: number
  /** Maximum accepted validity of presigned requests, in seconds. Default and upper limit: 7 days. */
  readonly maxExpiresSeconds?: number
  /** Accepted positions of the signature. Default: header and query. */
  readonly forms?: readonly AuthenticationForm[]
  /** Signing rules. Default: `rulesFor` of the service in the scope. */
  readonly rules?: SigningRules
  /**
   * Whether the session token must be signed. `after`: it may be unsigned, which some services require. Default:
   * `signed`.
   */
  readonly sessionToken?: 'signed' | 'after'
  /**
   * Lower-case names of further headers that must be signed if the client sends them. `host` and `x-amz-*` must
   * always be signed.
   */
  readonly mustBeSigned?: readonly string[]
  /** Lower-case names of `x-amz-*` headers that may be unsigned, because a proxy in front of the server adds them. */
  readonly mayBeUnsigned?: readonly string[]
  /** Host that clients sign, if a proxy in front of the server replaces the `host` header. */
  readonly host?: string
  /**
   * Whether a query parameter may occur several times. The order of such parameters is not signed. Authentication
   * parameters must never be repeated. Default: `refuse`.
   */
  readonly repeatedParameters?: 'refuse' | 'allow'
}
