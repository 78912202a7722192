import { type Agent, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isHeadgateError } from '@headgate/errors'
import { awsDomain, type EndpointGuard, type S3StorageProfile, systemCode } from '@headgate/storage'
import type { Finding } from './finding.ts'

const timeLimitMs = 5_000
/**
 * Difference in ms between the clocks of the server and the store from which the check fails. S3 stores
 * refuse requests when the difference is 15 minutes or more.
 */
const skewLimitMs = 300_000

/** Returns the base URL of an S3 store: the configured endpoint, or the URL of AWS in the region. */
export function resolveEndpoint({ endpoint, region }: Pick<S3StorageProfile, 'endpoint' | 'region'>): string {
  return endpoint ?? `https://s3.${region}.${awsDomain(region)}`
}

/**
 * Checks that a store responds at its address, and compares its clock with the clock of this server. The
 * request is not signed, and the status and the body of the response are ignored.
 *
 * @param guard limits the addresses to which the check may connect. Absent when the operator of the server
 *   configured the address
 */
export async function checkEndpoint(
  name: string,
  url: string,
  signal: AbortSignal,
  guard?: EndpointGuard,
): Promise<Finding[]> {
  const sentAt = Date.now()
  let date: string | null
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)])
    date = await dateAt(url, limit, guard?.agentFor(new URL(url)) ?? false)
  } catch (error) {
    signal.throwIfAborted()
    if (isHeadgateError(error)) return [{ name, ok: false, message: error.message }]
    return [
      {
        name,
        ok: false,
        message: `Nothing answers at ${url} (${describeCause(error)}): ${adviceFor(error)}`,
      },
    ]
  }
  const reached = { name, ok: true, message: `${url} answers.` }
  // The middle between request and response is the best estimate of the time at which the store read its clock.
  const here = (sentAt + Date.now()) / 2
  return [reached, clockFinding(date === null ? Number.NaN : Date.parse(date), here)]
}

/**
 * Returns the `Date` header of a response with any status. Does not use `fetch`, because `fetch` refuses some
 * ports that S3 stores use.
 */
function dateAt(url: string, signal: AbortSignal, agent: Agent | false): Promise<string | null> {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>()
  const send = url.startsWith('https:') ? tlsRequest : plainRequest
  send(url, { signal, agent }, (response) => {
    resolve(response.headers.date ?? null)
    response.destroy()
  })
    .on('error', reject)
    .end()
  return promise
}

/**
 * Returns the finding about the difference between the two clocks.
 *
 * @param there clock of the store in epoch ms, with a precision of one second
 * @param here clock of this server in epoch ms
 */
export function clockFinding(there: number, here: number): Finding {
  const name = 'clock'
  if (Number.isNaN(there))
    return { name, ok: true, message: 'The store sends no Date header, so its clock was not compared.' }
  const skew = here - there
  const seconds = Math.round(Math.abs(skew) / 1000)
  if (Math.abs(skew) <= skewLimitMs)
    return { name, ok: true, message: `The clocks of server and store differ by ${seconds} s.` }
  const behind = skew < 0 ? 'behind' : 'ahead of'
  return {
    name,
    ok: false,
    message: `The clock of this server is ${seconds} s ${behind} that of the store, which refuses requests when the clocks differ by 900 s or more: synchronize both by NTP.`,
  }
}

function describeCause(error: unknown): string {
  const code = systemCode(error)
  // Only the time limit aborts a request, so an abort means that no response arrived in time.
  return code === '' || code === 'ABORT_ERR' ? `within ${timeLimitMs / 1000} s` : code
}

function adviceFor(error: unknown): string {
  const code = systemCode(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the host name cannot be resolved; check the endpoint, or the DNS of this machine.'
  if (code === 'ECONNREFUSED') return 'check the port of the endpoint, and that the store runs.'
  if (/CERT|SELF_SIGNED|UNABLE_TO_|TLS|SSL/.test(code))
    return 'its certificate is not trusted; add its authority with NODE_EXTRA_CA_CERTS.'
  return 'check the endpoint, and whether a firewall or a proxy blocks the connection.'
}
