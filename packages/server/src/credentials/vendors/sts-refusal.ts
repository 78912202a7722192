import { HeadgateError } from '@headgate/errors'

/** Error of one failed attempt, with the code and message of the token service. */
export class StsFailure extends Error {
  override readonly name = 'StsFailure'
  readonly code: string
  /** True when another attempt may succeed. */
  readonly again: boolean

  constructor(code: string, message: string, again: boolean, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.again = again
  }
}

/**
 * Type of the credentials that the request to the token service contained: keys of the warehouse, or a web identity.
 */
export type Shown = 'keys' | 'server-token' | 'user-token'

/**
 * Returns true when the server's own token expired before the service received it. Another program may have renewed the
 * token file since then, so another attempt can succeed.
 */
export function hasExpired({ code }: StsFailure, shown: Shown): boolean {
  return shown === 'server-token' && code.startsWith('ExpiredToken')
}

/** Returns the error for the caller after a failure, with advice. `cause` contains the error of the service. */
export function toRefusal(failure: StsFailure, shown: Shown): HeadgateError {
  const cause = failure
  if (failure.again)
    return new HeadgateError(
      'unavailable',
      'The security token service of the warehouse is unreachable or overloaded. Try again.',
      { cause, retryAfterSeconds: 5 },
    )
  if (hasExpired(failure, shown))
    return new HeadgateError(
      'unavailable',
      'The security token service reports that the token in the file of HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE has expired. Check the program that renews it, and the clocks.',
      { cause, retryAfterSeconds: 5 },
    )
  // The role may trust only some users of this server, so the refusal can depend on the user.
  if (shown === 'user-token' && /AccessDenied|IDPRejectedClaim/.test(failure.code))
    return new HeadgateError(
      'forbidden',
      'The security token service of the warehouse does not accept a token for you. Ask a manager of the warehouse. The role must trust tokens of this server for your name (sub) and, with session tags, allow sts:TagSession.',
      { cause },
    )
  return new HeadgateError(
    'internal',
    `The security token service refuses the configuration of the warehouse (${failure.code || failure.message}). ${adviceFor(failure, shown)}`,
    { cause },
  )
}

function adviceFor({ code, message }: StsFailure, shown: Shown): string {
  if (/PackedPolicyTooLarge/.test(code)) return 'Turn off sessionTags, or use fewer or shorter locations.'
  if (/ValidationError|InvalidParameter/.test(code) && /duration/i.test(message))
    return 'lifetimeSeconds exceeds the maximum of the role.'
  if (
    shown !== 'keys' &&
    /IdentityToken|ExpiredToken|IDPRejectedClaim|AccessDenied|InvalidParameter/.test(code)
  )
    return untrusted[shown]
  if (/TooSkewed|RequestExpired/.test(code) || /expired|skew/i.test(message))
    return 'The clock of the token service and the clock of this server differ. Synchronize both.'
  if (/SignatureDoesNotMatch|InvalidAccessKeyId|InvalidClientTokenId/.test(code))
    return 'Check the access keys of the warehouse.'
  if (/AccessDenied/.test(code))
    return 'Check that the access keys of the warehouse are valid and may assume the role, that the external id is correct, and, with session tags, that sts:TagSession is allowed.'
  return 'Check the role, the keys and the endpoint of the warehouse.'
}

const untrusted = {
  'server-token':
    'The role must trust the token in the file of HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE. Check the issuer and the audience of the token, and the role.',
  'user-token':
    'The service must be configured with this server as an OpenID provider, by its public URL, and accept tokens for the tokenAudience of the warehouse. MinIO also requires the claim with the name of a policy in tokenClaims. The clocks must agree.',
} as const
