import { setTimeout as sleep } from 'node:timers/promises'
import { call } from '../data/catalog.ts'
import { asksForCredentials, startVendingServer, vended, type VendingServer } from '../data/vended.ts'
import { warehouse } from '../data/stores.ts'
import { type Case, type EntryMeasured, loadEntry } from '../lib/case.ts'
import { burst } from '../load/burst.ts'
import type { Requests } from '../load/plan.ts'
import { clientCounts, type Lab } from './lab.ts'
import { watched } from './watched.ts'

/** Number of executors of a large job. Each executor refreshes the storage credential. */
const executors = 2_000

/**
 * Returns cases that measure how much storage credentials add to the cost of loadTable, and how long it takes
 * until all executors of a job have refreshed one credential at the same time.
 */
export async function vendingCases(lab: Lab): Promise<Case[]> {
  const server = await startVendingServer(lab, 'headgate-vending')
  return [...loads(lab, server), renewals(lab, server)]
}

function loads(lab: Lab, server: VendingServer): Case[] {
  const { run } = lab
  const without = watched(lab, 'without', server)
  const withKeys = watched(lab, 'with a credential', server, asksForCredentials)
  const requests: Requests = { kind: 'paths', paths: [server.path] }
  return clientCounts.flatMap((connections) =>
    (['gzip', 'identity'] as const).map((encoding): Case => {
      const shape = { connections, headers: { 'accept-encoding': encoding }, requests }
      return {
        id: `vending-load-${encoding}-${connections}`,
        title: `loadTable with and without a storage credential, 10 KB of metadata, ${encoding}, ${connections} clients`,
        notes: ['One caller loads one table, so the credential is minted once and reused.'],
        entries: [loadEntry(run, without, shape, []), loadEntry(run, withKeys, shape, [without.name])],
      }
    }),
  )
}

function renewals(lab: Lab, server: VendingServer): Case {
  const { run } = lab
  const { hostname, port } = new URL(server.origin)
  const renewed = async (isMinted: boolean): Promise<EntryMeasured> => {
    const { refreshToken } = await vended(server)
    if (isMinted) await movePolicy(server)
    const path = `${server.path}/credentials?storageRefreshToken=${encodeURIComponent(refreshToken)}`
    const request = `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`
    const before = await mintedBy(server)
    const measured = await burst(run, { host: hostname, port: Number(port), clients: executors, request })
    return { ...measured, minted: (await mintedBy(server)) - before }
  }
  return {
    id: 'vending-renew',
    title: `${executors.toLocaleString('en-US')} concurrent refreshes of one storage credential`,
    notes: [
      'All requests have the same token. Each request uses a separate connection that was opened before the measurement. Latencies are measured from the first byte of the first request.',
    ],
    entries: [
      { label: 'while the credential is cached', against: [], measure: () => renewed(false) },
      { label: 'after a new grant, which invalidates the cache', against: [], measure: () => renewed(true) },
    ],
  }
}

/**
 * Adds a grant for another principal, so that the server discards its cached authorization decisions and
 * credentials.
 */
async function movePolicy({ origin }: VendingServer): Promise<void> {
  const management = { origin, prefix: '', headers: {} }
  const name = `somebody-${crypto.randomUUID()}`
  await call(management, 'POST', '/management/v1/roles', { name })
  const to = { role: name }
  await call(management, 'POST', '/management/v1/grants', { privilege: 'use', on: { warehouse }, to })
  // Waits until the server has received the database notification of the policy change.
  await sleep(200)
}

async function mintedBy({ origin }: VendingServer): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(10_000) })).text()
  return Number(/^headgate_storage_credentials\{outcome="minted"\} (\d+)/m.exec(metrics)?.[1] ?? Number.NaN)
}
