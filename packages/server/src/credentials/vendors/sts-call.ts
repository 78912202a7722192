import { isHeadgateError } from '@headgate/errors'
import { sha256Hex, signRequest } from '@headgate/sigv4'
import type { EndpointGuard } from '../../storage/endpoint-guard.ts'
import { withRetries } from '../../storage/retry.ts'
import type { S3Keys } from '../../storage/s3-options.ts'
import { readStsAnswer, readStsError, type StsCredentials } from './sts-answer.ts'
import { hasExpired, refusalOf, type Shown, StsFailure } from './sts-refusal.ts'
import { postToSts, type StsResponse } from './sts-request.ts'

export type StsParameters = readonly (readonly [string, string])[]

/** Who asks, in one attempt. */
export interface StsProof {
  readonly parameters: StsParameters
  /** They sign the request; null: the web identity in it is proof enough. */
  readonly keys: S3Keys | null
}

export interface StsCall {
  readonly endpoint: URL
  readonly region: string
  readonly parameters: StsParameters
  readonly shown: Shown
  /** Asked for each attempt: what proved it for the one before may have ended meanwhile. */
  prove(): Promise<StsProof>
  readonly signal: AbortSignal | undefined
  /** Checks the connection; null: the endpoint is AWS's own, which no request sets. */
  readonly guard: EndpointGuard | null
  /** Epoch ms. */
  readonly now: () => number
}

/** One attempt, in ms. */
const attemptTimeout = 8_000
const retryPolicy = { attempts: 2, base: 400, max: 400 }

/**
 * Asks a security token service, twice at most.
 *
 * @throws HeadgateError `unavailable` when it is away or overloaded, or the server's own token has expired, `forbidden` when it does not take the user's web
 *   identity, `internal` when it refuses what the warehouse is configured with; the service's own words are in `cause`
 */
export async function callSts(call: StsCall): Promise<StsCredentials> {
  try {
    return await withRetries(
      retryPolicy,
      () => attempt(call),
      (error) => error instanceof StsFailure && (error.again || hasExpired(error, call.shown)),
      call.signal,
    )
  } catch (error) {
    if (!(error instanceof StsFailure)) throw error
    const { shown, signal } = call
    if (error.again && signal?.aborted === true && error.code === '') throw signal.reason
    throw refusalOf(error, shown)
  }
}

async function attempt(call: StsCall): Promise<StsCredentials> {
  const { parameters, keys } = await call.prove()
  const body = new URLSearchParams(Object.fromEntries([...call.parameters, ...parameters])).toString()
  const timeout = AbortSignal.timeout(attemptTimeout)
  let response: StsResponse
  try {
    response = await postToSts({
      url: call.endpoint,
      body,
      headers: headersFor(call, keys, body),
      guard: call.guard,
      signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
    })
  } catch (cause) {
    if (cause instanceof StsFailure || isHeadgateError(cause)) throw cause
    throw new StsFailure('', 'it did not answer', true, { cause })
  }
  const { status, text } = response
  if (status >= 200 && status < 300) {
    const credentials = readStsAnswer(text)
    if (credentials !== null) return credentials
    throw new StsFailure('', 'its answer holds no credentials', false)
  }
  const { code, message } = readStsError(text)
  const busy =
    status >= 500 ||
    status === 429 ||
    /Throttl|SlowDown|IDPCommunication|NotInitialized/.test(code) ||
    // MinIO, in its first moments, under the code of a wrong parameter.
    /not initialized/i.test(message)
  throw new StsFailure(code === '' ? `HTTP ${status}` : code, message, busy)
}

function headersFor(
  { endpoint, region, now }: StsCall,
  keys: S3Keys | null,
  body: string,
): [string, string][] {
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
    },
  )
  return [...headers, ...signed.headers.map(([name, value]): [string, string] => [name, value])]
}
