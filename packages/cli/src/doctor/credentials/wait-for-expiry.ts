import { setTimeout as sleep } from 'node:timers/promises'
import { failed, warning, type Diagnosis } from '../finding.ts'
import { describeResponse } from '../http/describe-response.ts'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { configUrl } from '../layers/clock.ts'
import { describeS3, readS3Error } from '../s3/s3-error.ts'
import { s3Request } from '../s3/s3-request.ts'
import { findTarget, parseS3Location, toUrl } from '../s3/s3-target.ts'
import type { CredentialOffer } from './credential-offer.ts'
import type { TableLocations } from './locations.ts'

/** Time in ms between the expiry of a credential and the request that tries the expired credential. */
const afterEndMs = 1_500
/** Time in ms for which catalogs usually accept an expired token, to tolerate differences between clocks. */
const leewayMs = 8_000

/**
 * Waits until the token has expired, and checks how the catalog refuses it. Does not wait if the token expires after
 * the time limit of the user.
 */
export async function checkExpiredToken(context: DoctorContext): Promise<readonly Diagnosis[]> {
  const { learned, settings, traits } = context
  const { tokenValue, token } = learned
  const end = token?.expiresAt
  if (tokenValue === undefined || end === undefined || !(await waitUntil(context, end, 'token'))) return []
  const response = await sendEndedToken(context, tokenValue.reveal())
  context.fact(`the catalog answers the ended token with status ${response.status}`)
  if (response.status === 419 && !traits.understands419) {
    return [
      failed('token-expired-419', {
        evidence: `The catalog answers a request with an expired token with ${describeResponse(response)}. ${traits.label} requests a new token after status 401, not after 419.`,
        remedy: 'Let the catalog, or the proxy in front of it, answer 401 to expired tokens.',
        report: reports.status419,
      }),
    ]
  }
  if (response.status !== 401 && response.status !== 419 && response.status >= 300) {
    return [
      warning('token-expired-status', {
        evidence: `The catalog answers the ended token with ${describeResponse(response)}. Clients request a new token after status 401.`,
        remedy: 'Let the catalog, or the proxy in front of it, answer 401 to expired tokens.',
        report: reports.status419,
      }),
    ]
  }
  const again = await rawRequest(context, { method: 'GET', url: configUrl(settings), auth: learned.auth })
  if (again.status < 300) return []
  return [
    failed('token-renewal-failed', {
      evidence: `After the token has expired, the session is not renewed: ${describeResponse(again)}.`,
      remedy: `Use ${settings.names.credential}, from which tokens can be requested again.`,
      report: reports.deadSession,
    }),
  ]
}

/**
 * Sends an expired token. If the catalog accepts it because it tolerates differences between clocks, waits and sends
 * it again.
 */
async function sendEndedToken(context: DoctorContext, token: string): Promise<RawResponse> {
  const { settings, options, signal } = context
  const headers = [['authorization', `Bearer ${token}`]] as const
  const request = { method: 'GET', url: configUrl(settings), headers } as const
  const response = await rawRequest(context, request)
  if (response.status >= 300) return response
  await sleep(Math.min(leewayMs, options.waitMs), undefined, { signal })
  return await rawRequest(context, request)
}

/**
 * Waits until the storage keys have expired, and checks how the storage refuses them. Does not wait if the keys expire
 * after the time limit of the user.
 */
export async function checkExpiredKeys(
  context: DoctorContext,
  offer: CredentialOffer,
  { metadataFile }: TableLocations,
): Promise<readonly Diagnosis[]> {
  const { traits } = context
  if (offer.expiresAt === undefined || metadataFile === null) return []
  if (!(await waitUntil(context, offer.expiresAt, 'keys'))) return []
  const target = findTarget(context, offer)
  const url = toUrl(target, parseS3Location(metadataFile))
  const error = readS3Error(await s3Request(context, target, { method: 'GET', url }))
  context.fact(`the storage answers requests with expired keys with ${describeS3(error)}`)
  if (traits.renewsKeys !== 'reload' || error.status === 403 || error.status === 401 || error.status < 300)
    return []
  return [
    warning('expired-keys-status', {
      evidence: `The storage answers ended keys with ${describeS3(error)}. ${traits.label} renews keys after status 401 and 403 only.`,
      remedy: 'Give the keys a longer lifetime than the longest query, or let the storage answer 403.',
      report: reports.keysExpire,
    }),
  ]
}

/** Waits until a time in epoch ms. Returns false without waiting if the time is after the time limit of the user. */
async function waitUntil(
  { options, signal, fact }: DoctorContext,
  end: number,
  what: string,
): Promise<boolean> {
  const ms = end - Date.now() + afterEndMs
  if (options.waitMs === 0) return false
  if (ms > options.waitMs) {
    fact(`--wait-for-expiry ends before the ${what}: ${new Date(end).toISOString()}`)
    return false
  }
  await sleep(Math.max(0, ms), undefined, { signal })
  return true
}
