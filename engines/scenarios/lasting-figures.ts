import type { Lake } from '../lib/lake.ts'
import { type Usage, usageSince } from '../lib/usage.ts'

/** A look at the server and the store, to compare a later one with. */
export interface Look {
  readonly usage: Usage
  readonly storeRequests: number
  readonly events: number
}

/** What a job has done to the server and the store. */
export interface Seen extends Usage {
  /** Requests for new credentials that were refused. */
  readonly refused: number
  /** Different credentials that storage was reached with. */
  readonly credentials: number
  /** Requests that were signed for a table that is being created, by its storage refresh token. */
  readonly signedByToken: number
}

export async function lookAt(lake: Lake): Promise<Look> {
  const [usage, requests, events] = await Promise.all([lake.usage(), lake.storeRequests(), lake.events()])
  return { usage, storeRequests: requests.length, events: events.length }
}

export async function since(lake: Lake, before: Look): Promise<Seen> {
  const [usage, all, events] = await Promise.all([lake.usage(), lake.storeRequests(), lake.events()])
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
