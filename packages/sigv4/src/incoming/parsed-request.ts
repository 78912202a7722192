import type { SigningRules } from '../rules.ts'
import type { CredentialScope } from '../scope.ts'
import type { Payload } from '../payload.ts'

/** Where the authentication of a request is: in the `Authorization` header, or in the query (presigned). */
export type AuthenticationForm = 'header' | 'query'

/** The authentication as it was sent, spelled right, and not checked for anything yet. */
export interface Authentication {
  readonly form: AuthenticationForm
  /** Names the secret, and is itself not signed in a header: no two access keys may share a secret. */
  readonly accessKeyId: string
  readonly scope: CredentialScope
  /** Lower-case, sorted, without repetition. */
  readonly signedHeaders: readonly string[]
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
}

/**
 * A request that is signed as policy demands, if only its signature is right: that is what `verifySignature` tells.
 * Nothing in here may be relied upon before.
 */
export interface ParsedRequest extends Authentication {
  /** When it was signed: `20150830T123600Z`. */
  readonly timestamp: string
  readonly date: Date
  /** When a presigned request ends. */
  readonly expiresAt?: Date
  /** The session token that goes with the access key, still to be checked by whoever issued it. */
  readonly sessionToken?: string
  /** Whether the signature covers the session token. */
  readonly sessionTokenSigned: boolean
  readonly payload: Payload
  /** The `host` header as it was signed. */
  readonly host: string
  /** The path, still percent-encoded, without the dot segments and repeated slashes that the rules resolve: route by it. */
  readonly path: string
  /** The canonical request up to the payload's hash. */
  readonly canonicalHead: string
}

/** What a server demands of signed requests. */
export interface VerificationPolicy {
  /** Signing names that are served here: `['s3']`. A signature for another service is refused. */
  readonly services: readonly string[]
  /** Regions that are served here. Default: any. */
  readonly regions?: readonly string[]
  readonly now: Date
  /** How far the clocks may be apart, in milliseconds. Default: 15 minutes. */
  readonly maxSkewMs?: number
  /** The longest that presigned requests may be valid, in seconds. Default and most: 7 days. */
  readonly maxExpiresSeconds?: number
  /** Default: both. */
  readonly forms?: readonly AuthenticationForm[]
  /** Default: those of the service that the request names, `rulesFor`. */
  readonly rules?: SigningRules
  /** `after`: the session token may be unsigned, as some services ask. Default `signed`. */
  readonly sessionToken?: 'signed' | 'after'
  /** Lower-case names of headers that must be signed when they are sent, beside `host` and `x-amz-*`. */
  readonly mustBeSigned?: readonly string[]
  /** Lower-case names of `x-amz-*` headers that may be unsigned, because a proxy in front adds them. */
  readonly mayBeUnsigned?: readonly string[]
  /** The host that clients sign, where a proxy in front replaces the `host` header. */
  readonly host?: string
  /** Whether query parameters may be repeated; their order is not signed. Authentication parameters never. Default `refuse`. */
  readonly repeatedParameters?: 'refuse' | 'allow'
}
