import { type Response, mapAt, tablePath } from '../refresh/catalog-client.ts'
import { credentialsIn } from '../refresh/credential.ts'
import { sha256 } from '../refresh/s3-signature.ts'
import { readStorageKeys, toTarget, useKeys } from '../refresh/storage-keys.ts'
import { locationIn } from '../refresh/table-requests.ts'
import type { Seen } from './attack.ts'
import { seenOfStore } from './suites/gateway-paths.ts'
import type { Fixture } from './fixture.ts'
import { signAndSend } from './probe.ts'

/**
 * Sends a storage request as Mallory. Signs it with the storage keys in the response `loaded`, or lets the server sign
 * it.
 *
 * @param table name of the table for which the server signs requests
 */
export async function useAccess(
  fixture: Fixture,
  table: string,
  loaded: Response,
  request: { readonly method: string; readonly location: string; readonly body?: string | Buffer },
): Promise<Seen> {
  const { method, location, body = '' } = request
  if (fixture.mode !== 'remote-signing') {
    const keys = credentialsIn(loaded).flatMap((credential) => readStorageKeys(credential) ?? [])[0]
    if (keys === undefined) return { status: 403, text: 'no keys were issued' }
    return seenOfStore(await useKeys(keys, method, toTarget(location), body))
  }
  // For a staged table, the response contains the path of the sign endpoint, which includes a token.
  const path =
    mapAt(loaded.json, 'config')['signer.endpoint'] ??
    `${tablePath(fixture.as.mallory, fixture.namespace, table)}/sign`
  const uri = `${fixture.store?.endpoint ?? ''}${toTarget(location)}`
  const headers = { 'x-amz-content-sha256': [sha256(body)] }
  const { seen } = await signAndSend(fixture, path, { method, uri, headers }, body)
  return seen[0] ?? { status: 0, text: '' }
}

/**
 * Returns the prefixes of storage credentials in a response that are outside of the table's own location. If the owner
 * moved the table to a free location, the table has two locations, and the server may return the folder that contains
 * both. `probe` tests which objects such a credential can access.
 *
 * @param location the first location of the table
 */
export function foreignPrefixes(
  { canaries }: Pick<Fixture, 'canaries'>,
  response: Response,
  location: string,
): string[] {
  if (response.status !== 200) return []
  const first = toFolder(location)
  const now = toFolder(locationIn(response))
  const isTaken = canaries.some(({ kind, location: canary }) => {
    // A canary is a secret file of another principal. The canaries of a table are in the folder of the table or in its
    // subfolder `data`, so this computes the folder of the table.
    const taken = kind === 'table' ? toFolder(canary.replace(/(?:\/data)?\/[^/]*$/, '')) : canary
    return taken.startsWith(now) || now.startsWith(taken)
  })
  const own = isTaken ? [first] : [first, now]
  return credentialsIn(response)
    .map(({ prefix }) => prefix)
    .filter((prefix) => {
      const folder = toFolder(prefix)
      return !own.some((place) => folder.startsWith(place)) && (isTaken || folder !== around(first, now))
    })
}

function toFolder(location: string): string {
  return `${location.replace(/\/+$/, '')}/`
}

/** Returns the deepest folder that contains both locations. */
function around(one: string, other: string): string {
  let end = 0
  while (end < one.length && one[end] === other[end]) end += 1
  return one.slice(0, one.lastIndexOf('/', end - 1) + 1)
}
