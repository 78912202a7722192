import { type Agent, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isHeadgateError } from '@headgate/errors'
import { awsDomain } from '../storage/aws-domain.ts'
import type { EndpointGuard } from '../storage/endpoint-guard.ts'
import { systemCode } from '../storage/storage-errors.ts'
import type { S3StorageProfile } from '../storage/storage-profile.ts'
import type { Finding } from './finding.ts'

const timeLimitMs = 5_000
/** Stores refuse requests that are 15 minutes off; somebody should know earlier. */
const skewLimitMs = 300_000

/** Where a store is asked; that of AWS when none is configured. */
export function endpointOf({ endpoint, region }: Pick<S3StorageProfile, 'endpoint' | 'region'>): string {
  return endpoint ?? `https://s3.${region}.${awsDomain(region)}`
}

/**
 * Whether something answers at an address, and what its clock says. The request carries no key; what the answer says
 * beyond that is no matter here.
 *
 * @param guard checks the connection; absent: the address is the operator's own
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
      { name, ok: false, message: `Nothing answers at ${url} (${causeOf(error)}): ${adviceFor(error)}` },
    ]
  }
  const reached = { name, ok: true, message: `${url} answers.` }
  // Half way between question and answer.
  const here = (sentAt + Date.now()) / 2
  return [reached, clockFinding(date === null ? Number.NaN : Date.parse(date), here)]
}

/** The Date header of whatever is answered. Not by `fetch`, which refuses ports that stores may have. */
function dateAt(url: string, signal: AbortSignal, agent: Agent | false): Promise<string | null> {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>()
  const send = url.startsWith('https:') ? tlsRequest : plainRequest
  send(url, { signal, agent }, (answer) => {
    resolve(answer.headers.date ?? null)
    answer.destroy()
  })
    .on('error', reject)
    .end()
  return promise
}

/** @param there what the store's clock says, epoch ms to the second */
export function clockFinding(there: number, here: number): Finding {
  const name = 'clock'
  if (Number.isNaN(there)) return { name, ok: true, message: 'The store does not say what time it has.' }
  const skew = here - there
  const seconds = Math.round(Math.abs(skew) / 1000)
  if (Math.abs(skew) <= skewLimitMs)
    return { name, ok: true, message: `The clocks of server and store differ by ${seconds} s.` }
  const behind = skew < 0 ? 'behind' : 'ahead of'
  return {
    name,
    ok: false,
    message: `The clock of this server is ${seconds} s ${behind} that of the store, which refuses requests 900 s off: set both by NTP.`,
  }
}

function causeOf(error: unknown): string {
  const code = systemCode(error)
  // A request that was given up has no other reason than the time that it took.
  return code === '' || code === 'ABORT_ERR' ? `within ${timeLimitMs / 1000} s` : code
}

function adviceFor(error: unknown): string {
  const code = systemCode(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the name is not known here; check the endpoint, or the DNS of this machine.'
  if (code === 'ECONNREFUSED') return 'check the port of the endpoint, and that the store runs.'
  if (/CERT|SELF_SIGNED|UNABLE_TO_|TLS|SSL/.test(code))
    return 'its certificate is not trusted here; name its authority in NODE_EXTRA_CA_CERTS.'
  return 'check the endpoint, and whether a firewall or a proxy stands between.'
}
