import { AuthRegistry, type Properties } from '@headgate/auth'
import type { EntryMeasured } from '../lib/case.ts'
import { tokenEndpoints } from './token-endpoints.ts'

export interface Day {
  readonly hours: number
  readonly perHour: number
  /** Number of catalog requests that are sent at the same time. */
  readonly atOnce: number
}

/**
 * Counts the token requests that a client sends during several hours of catalog requests. Uses a simulated
 * clock, so that the measurement does not wait.
 */
export async function tokenRequests(
  properties: Properties,
  { hours, perHour, atOnce }: Day,
): Promise<EntryMeasured> {
  let time = Date.now()
  const endpoints = tokenEndpoints(3600)
  const options = { fetch: endpoints.fetch, env: {}, now: () => time }
  await using auth = await new AuthRegistry().create(properties, options)
  const request = { method: 'GET', url: 'https://catalog.example.com/v1/config', headers: [], body: null }
  const turns = (hours * perHour) / atOnce
  const times: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    const start = performance.now()
    await Promise.all(Array.from({ length: atOnce }, async () => await auth.authenticate(request)))
    times.push((performance.now() - start) / atOnce)
    time += (3_600_000 * atOnce) / perHour
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  const total = times.reduce((sum, each) => sum + each, 0)
  return {
    perSecond: (turns * 1_000) / total,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    figures: { requests: hours * perHour, 'token requests': endpoints.asked() },
  }
}
