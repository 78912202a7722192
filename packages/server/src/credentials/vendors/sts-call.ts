import { isHeadgateError } from '@headgate/errors'
import { sha256Hex, signRequest } from '@headgate/sigv4'
import { type EndpointGuard, type S3Keys, withRetries } from '@headgate/storage'
import { readStsResponse, readStsError, type StsCredentials } from './sts-response.ts'
import { hasExpired, toRefusal, type Shown, StsFailure } from './sts-refusal.ts'
import { postToSts, type StsResponse } from './sts-request.ts'

export type StsParameters = readonly (readonly [string, string])[]

/** Credentials that authenticate one attempt at the token service. */
export interface StsProof {
  readonly parameters: StsParameters
  /** Keys that sign the request. Null when a web identity in the parameters authenticates the request. */
  readonly keys: S3Keys | null
}

export interface StsCall {
  readonly endpoint: URL
  readonly region: string
  readonly parameters: StsParameters
  readonly shown: Shown
  /**
   * Returns the credentials for one attempt. Called for each attempt, because the credentials of the previous attempt
   * may have expired.
   */
  prove(): Promise<StsProof>
  readonly signal: AbortSignal | undefined
  /**
   * Refuses connections to addresses that endpoints of warehouses must not have. Null for the endpoint of AWS, which no
   * request can set.
   */
  readonly guard: EndpointGuard | null
  readonly now: () => number
}

/** Time limit of one attempt, in ms. */
const attemptTimeout = 8_000
const retryPolicy = { attempts: 2, base: 400, max: 400 }

/**
 * Calls a security token service, with at most two attempts.
 *
 * @throws HeadgateError `unavailable` when the service is unreachable or overloaded, or the server's own token has
 *   expired, `forbidden` when the service refuses the user's web identity, `internal` when the service refuses the
 *   configuration of the warehouse. The error of the service is in `cause`.
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
    throw toRefusal(error, shown)
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
    throw new StsFailure('', 'the service did not respond', true, { cause })
  }
  const { status, text } = response
  if (status >= 200 && status < 300) {
    const credentials = readStsResponse(text)
    if (credentials !== null) return credentials
    throw new StsFailure('', 'the response contains no credentials', false)
  }
  const { code, message } = readStsError(text)
  const busy =
    status >= 500 ||
    status === 429 ||
    /Throttl|SlowDown|IDPCommunication|NotInitialized/.test(code) ||
    // MinIO returns this error code for a wrong parameter during the first seconds after its start.
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
