import { failed, warning, type Diagnosis } from '../finding.ts'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import type { Layer } from './layer.ts'

/** Difference of clocks in ms from which some servers refuse tokens and signatures. */
const warnMs = 30_000
/** Difference of clocks in ms from which most servers refuse tokens and signatures. */
const failMs = 240_000

/** Layer that sends the first request, and compares the clock of the server with the clock of this machine. */
export const clockLayer: Layer = {
  name: 'clock',
  check: async (context) => {
    const { settings, learned, fact } = context
    try {
      learned.first = await rawRequest(context, { method: 'GET', url: configUrl(settings) })
    } catch (error) {
      // The failure is stored, and the next layer reports it.
      learned.firstFailure = error
      fact('no response')
      return []
    }
    return compareClocks(context, learned.first, 'catalog')
  },
}

/** Returns the URL of `getConfig` with the warehouse of the configuration. */
export function configUrl({ uri, warehouse }: DoctorContext['settings']): string {
  return `${uri}/v1/config${warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`}`
}

/** Compares the header `Date` of a response with the clock of this machine. */
export function compareClocks(
  { fact }: Pick<DoctorContext, 'fact'>,
  { headers, sentAt, receivedAt }: RawResponse,
  role: string,
): readonly Diagnosis[] {
  const difference = clockDifference(headers, sentAt, receivedAt)
  if (difference === null) return []
  const seconds = Math.round(Math.abs(difference) / 1_000)
  fact(`the clock of the ${role} differs by ${seconds} s`)
  if (seconds * 1_000 < warnMs) return []
  const details = {
    evidence: `The clock of the ${role} is ${seconds} s ${difference > 0 ? 'ahead of' : 'behind'} the clock of this machine (${new Date(receivedAt).toISOString()}). Signatures and tokens contain times, so servers refuse them: RequestTimeTooSkewed, token not yet valid, token expired.`,
    remedy: `Synchronize the clocks of this machine and of the ${role} (NTP: timedatectl set-ntp true, or chronyd).`,
    report: reports.clock,
  }
  return [seconds * 1_000 < failMs ? warning('clock-differs', details) : failed('clock-differs', details)]
}

/** Returns the difference of the clocks in ms, positive if the server is ahead, or null if the response has no date. */
function clockDifference(headers: Headers, sentAt: number, receivedAt: number): number | null {
  const date = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(date)) return null
  // The header `Date` of a cached response is the time of its creation, so the age is added.
  const age = Number(headers.get('age') ?? 0) || 0
  const server = date + age * 1_000
  if (server < sentAt - 1_000) return server - sentAt
  return server > receivedAt + 1_000 ? server - receivedAt : 0
}
