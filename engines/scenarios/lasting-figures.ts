import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { type Usage, usageSince } from '../lib/usage.ts'

/**
 * Reading of the counters of the server and the store. The difference between two readings shows the effect of a job.
 */
export interface Look {
  readonly usage: Usage
  readonly storeRequests: number
  readonly events: number
}

/** Effect of a job on the server and the store. */
export interface Seen extends Usage {
  /** Number of requests for new storage credentials that the server has refused. */
  readonly refused: number
  /** Number of different storage credentials that were used to access the storage. */
  readonly credentials: number
  /**
   * Number of storage requests that the server has signed for a storage refresh token, which identifies a table that
   * is being created.
   */
  readonly signedByToken: number
}

export async function lookAt(fixture: WarehouseFixture): Promise<Look> {
  const [usage, requests, events] = await Promise.all([
    fixture.usage(),
    fixture.storeRequests(),
    fixture.events(),
  ])
  return { usage, storeRequests: requests.length, events: events.length }
}

export async function since(fixture: WarehouseFixture, before: Look): Promise<Seen> {
  const [usage, all, events] = await Promise.all([fixture.usage(), fixture.storeRequests(), fixture.events()])
  const requests = all.slice(before.storeRequests)
  const newer = events.slice(before.events)
  const asked = newer.filter(({ operation }) => operation === 'loadCredentials')
  const accepted = requests.filter(({ status }) => status < 400)
  return {
    ...usageSince(before.usage, usage),
    refused: asked.filter(({ status }) => status !== 200).length,
    credentials: new Set(accepted.map(({ credential }) => credential)).size,
    signedByToken: newer.filter(({ operation, status, detail }) => {
      return operation === 'signRequest' && status === 200 && detail?.['staged'] === true
    }).length,
  }
}

export function inWords(seen: Seen): string {
  const { refreshes, refused, mints, credentials, signed, signedByToken } = seen
  const refusals = refused === 0 ? '' : ` (${refused} refused)`
  const renewed = `${refreshes} refreshes${refusals}, ${mints} mints`
  return signed === 0
    ? `${renewed}, ${credentials} credentials used`
    : `${renewed}, ${signed} requests signed, ${signedByToken} of them by a storage refresh token`
}
