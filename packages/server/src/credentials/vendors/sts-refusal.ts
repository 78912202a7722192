import { HeadgateError } from '@headgate/errors'

/** An attempt that failed, in the service's words. */
export class StsFailure extends Error {
  override readonly name = 'StsFailure'
  readonly code: string
  /** It may go well in a moment. */
  readonly again: boolean

  constructor(code: string, message: string, again: boolean, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.again = again
  }
}

/** What a security token service was shown: keys of the warehouse, or whose web identity. */
export type Shown = 'keys' | 'server-token' | 'user-token'

/** The server's own token ended on its way. Whatever keeps its file fresh may have written the next one by now. */
export function hasExpired({ code }: StsFailure, shown: Shown): boolean {
  return shown === 'server-token' && code.startsWith('ExpiredToken')
}

/** What a caller is told of a failure, and what to do. The service's own words are in `cause`. */
export function refusalOf(failure: StsFailure, shown: Shown): HeadgateError {
  const cause = failure
  if (failure.again)
    return new HeadgateError(
      'unavailable',
      'The security token service of the warehouse is away or overloaded: try again.',
      { cause, retryAfterSeconds: 5 },
    )
  if (hasExpired(failure, shown))
    return new HeadgateError(
      'unavailable',
      'The security token service says that the token in the file of HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE has expired: check what renews it, and the clocks.',
      { cause, retryAfterSeconds: 5 },
    )
  // A role may trust some users of this server and not others.
  if (shown === 'user-token' && /AccessDenied|IDPRejectedClaim/.test(failure.code))
    return new HeadgateError(
      'forbidden',
      'The security token service of the warehouse does not take you: ask who manages the warehouse. Its role must trust tokens of this server for your name (sub) and, with session tags, allow sts:TagSession.',
      { cause },
    )
  return new HeadgateError(
    'internal',
    `The security token service refuses what the warehouse is configured with (${failure.code || failure.message}). ${adviceFor(failure, shown)}`,
    { cause },
  )
}

function adviceFor({ code, message }: StsFailure, shown: Shown): string {
  if (/PackedPolicyTooLarge/.test(code)) return 'Switch off sessionTags, or use fewer or shorter locations.'
  if (/ValidationError|InvalidParameter/.test(code) && /duration/i.test(message))
    return 'lifetimeSeconds is more than the role allows.'
  if (
    shown !== 'keys' &&
    /IdentityToken|ExpiredToken|IDPRejectedClaim|AccessDenied|InvalidParameter/.test(code)
  )
    return untrusted[shown]
  if (/TooSkewed|RequestExpired/.test(code) || /expired|skew/i.test(message))
    return 'Its clock and that of this server differ.'
  if (/SignatureDoesNotMatch|InvalidAccessKeyId|InvalidClientTokenId/.test(code))
    return 'Check the access keys of the warehouse.'
  if (/AccessDenied/.test(code))
    return 'Check that the access keys of the warehouse are right and may assume the role, that the external id is right, and, with session tags, that sts:TagSession is allowed.'
  return 'Check the role, the keys and the endpoint of the warehouse.'
}

const untrusted = {
  'server-token':
    'It must trust the token in the file of HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE: check who issued it, for whom, and the role.',
  'user-token':
    'It must know this server as an OpenID provider, by its public URL, and take tokens for the tokenAudience of the warehouse; MinIO also wants the claim that names a policy among its tokenClaims. The clocks must agree.',
} as const
