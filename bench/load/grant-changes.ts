import { Client } from 'pg'
import type { EntryMeasured } from '../lib/case.ts'
import { Histogram } from './histogram.ts'

export interface GrantChanges {
  readonly origin: string
  /** Name of the principal to which a privilege is alternately granted and revoked. */
  readonly principal: string
  readonly databaseUrl: string
  readonly durationMs: number
}

/**
 * Alternately grants and revokes one privilege, one request after the other. After each response, checks that
 * the database contains the audit event of the request.
 *
 * @throws Error when a request fails, or when the database does not contain the audit event of a change when
 *   the response to the change arrives
 */
export async function grantChanges({
  origin,
  principal,
  databaseUrl,
  durationMs,
}: GrantChanges): Promise<EntryMeasured> {
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  try {
    const latencies = new Histogram()
    const body = JSON.stringify({ privilege: 'use', on: 'server', to: { principal } })
    const headers = { 'content-type': 'application/json' }
    const end = performance.now() + durationMs
    let changes = 0
    let totalMs = 0
    while (performance.now() < end) {
      const path = changes % 2 === 0 ? '/management/v1/grants' : '/management/v1/grants/revoke'
      const sentAt = performance.now()
      const signal = AbortSignal.timeout(30_000)
      const response = await fetch(origin + path, { method: 'POST', headers, body, signal })
      const text = await response.text()
      const ms = performance.now() - sentAt
      if (!response.ok || text !== '{"changed":true}')
        throw new Error(`POST ${path} was answered with ${response.status} ${text}`)
      await expectEvent(database, response.headers.get('x-request-id') ?? '')
      latencies.add(ms)
      totalMs += ms
      changes += 1
    }
    // Revokes the grant if it still exists, because the next round begins with the creation of the grant.
    if (changes % 2 === 1)
      await fetch(`${origin}/management/v1/grants/revoke`, { method: 'POST', headers, body })
    return {
      perSecond: (changes * 1_000) / totalMs,
      p50Ms: latencies.quantile(0.5),
      p99Ms: latencies.quantile(0.99),
    }
  } finally {
    await database.end()
  }
}

async function expectEvent(database: Client, requestId: string): Promise<void> {
  const text = `select from audit where request_id = $1 and outcome = 'allowed'`
  const { rowCount } = await database.query({ name: 'event', text, values: [requestId] })
  if (rowCount !== 1)
    throw new Error(
      `The response to a change arrived, and the database contains ${rowCount ?? 0} audit events of the change instead of 1.`,
    )
}
