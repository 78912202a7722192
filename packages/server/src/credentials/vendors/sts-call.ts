import { HeadgateError } from '@headgate/errors'
import { sha256Hex, signRequest, SigningKeys } from '@headgate/sigv4'
import { withRetries } from '../../storage/retry.ts'
import type { S3Keys } from '../../storage/s3-options.ts'
import { readStsAnswer, readStsError, type StsCredentials } from './sts-answer.ts'

export interface StsCall {
  readonly endpoint: URL
  readonly region: string
  readonly parameters: readonly (readonly [string, string])[]
  /** Keys that sign the request; null: it carries a web identity, which is proof enough. */
  readonly keys: S3Keys | null
  readonly signal: AbortSignal | undefined
  /** Epoch ms. */
  readonly now: () => number
}

/** One attempt, in ms. */
const attemptTimeout = 8_000
const maxAnswerBytes = 128 * 1024
const retryPolicy = { attempts: 2, base: 400, max: 400 }
const signingKeys = new SigningKeys()

/** An attempt that failed, in the service's words. */
class StsFailure extends Error {
  override readonly name = 'StsFailure'
  readonly code: string
  readonly again: boolean

  constructor(code: string, message: string, again: boolean, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.again = again
  }
}

/**
 * Asks a security token service, twice at most.
 *
 * @throws HeadgateError `unavailable` when it is away or overloaded, `forbidden` when it does not take the web identity,
 *   `internal` when it refuses what the warehouse is configured with; the service's own words are in `cause`
 */
export async function callSts(call: StsCall): Promise<StsCredentials> {
  try {
    return await withRetries(
      retryPolicy,
      () => attempt(call),
      (error) => error instanceof StsFailure && error.again,
      call.signal,
    )
  } catch (error) {
    throw error instanceof StsFailure ? translated(error, call) : error
  }
}

async function attempt(call: StsCall): Promise<StsCredentials> {
  const body = new URLSearchParams(Object.fromEntries(call.parameters)).toString()
  const timeout = AbortSignal.timeout(attemptTimeout)
  let answer: Response
  let text: string
  try {
    answer = await fetch(call.endpoint, {
      method: 'POST',
      body,
      headers: headersFor(call, body),
      // Whoever the service is, it is where it was configured to be.
      redirect: 'error',
      signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
    })
    text = await bounded(answer)
  } catch (cause) {
    if (cause instanceof StsFailure) throw cause
    throw new StsFailure('', 'it did not answer', true, { cause })
  }
  if (answer.ok) {
    const credentials = readStsAnswer(text)
    if (credentials !== null) return credentials
    throw new StsFailure('', 'its answer holds no credentials', false)
  }
  const { code, message } = readStsError(text)
  const busy =
    answer.status >= 500 ||
    answer.status === 429 ||
    /Throttl|SlowDown|IDPCommunication|NotInitialized/.test(code) ||
    // MinIO, in its first moments, under the code of a wrong parameter.
    /not initialized/i.test(message)
  throw new StsFailure(code === '' ? `HTTP ${answer.status}` : code, message, busy)
}

function headersFor({ endpoint, region, keys, now }: StsCall, body: string): [string, string][] {
  const headers: [string, string][] = [
    ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'],
    ['accept', 'application/xml'],
  ]
  if (keys === null) return headers
  const signed = signRequest(
    { method: 'POST', target: endpoint.pathname, headers: [['host', endpoint.host], ...headers] },
    {
      credentials: keys,
      region,
      service: 'sts',
      date: new Date(now()),
      payloadHash: sha256Hex(body),
      keys: signingKeys,
    },
  )
  return [...headers, ...signed.headers.map(([name, value]): [string, string] => [name, value])]
}

async function bounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.byteLength
    if (length > maxAnswerBytes) throw new StsFailure('', 'its answer is too long', false)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function translated(failure: StsFailure, { keys, signal }: StsCall): unknown {
  if (failure.again && signal?.aborted === true && failure.code === '') return signal.reason
  const cause = failure
  if (failure.again)
    return new HeadgateError(
      'unavailable',
      'The security token service of the warehouse is away or overloaded: try again.',
      { cause, retryAfterSeconds: 5 },
    )
  if (keys === null && /IdentityToken|ExpiredToken|IDPRejectedClaim|AccessDenied/.test(failure.code))
    return new HeadgateError(
      'forbidden',
      'The security token service of the warehouse does not take this identity: log in again, or ask who manages the warehouse.',
      { cause },
    )
  return new HeadgateError(
    'internal',
    `The security token service refuses what the warehouse is configured with (${failure.code || failure.message}). ${adviceFor(failure)}`,
    { cause },
  )
}

function adviceFor({ code, message }: StsFailure): string {
  if (/PackedPolicyTooLarge/.test(code)) return 'Switch off sessionTags, or use fewer or shorter locations.'
  if (/TooSkewed|RequestExpired/.test(code) || /expired|skew/i.test(message))
    return 'Its clock and that of this server differ.'
  if (/SignatureDoesNotMatch|InvalidAccessKeyId|InvalidClientTokenId/.test(code))
    return 'Check the access keys of the warehouse.'
  if (/AccessDenied/.test(code))
    return 'Check that the access keys of the warehouse are right and may assume the role, that the external id is right, and, with session tags, that sts:TagSession is allowed.'
  if (/ValidationError|InvalidParameter/.test(code) && /duration/i.test(message))
    return 'lifetimeSeconds is more than the role allows.'
  return 'Check the role, the keys and the endpoint of the warehouse.'
}
