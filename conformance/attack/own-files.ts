import { type Answer, tablePath } from '../refresh/catalog-client.ts'
import { credentialsIn } from '../refresh/credential.ts'
import { sha256 } from '../refresh/s3-signature.ts'
import { storageKeysOf, targetOf, useKeys } from '../refresh/storage-keys.ts'
import type { Seen } from './attack.ts'
import { seenOfStore } from './classes/gateway-paths.ts'
import type { Lake } from './lake.ts'
import { signAndSend } from './probe.ts'

/**
 * Sends an object request as Mallory, with what was handed out for a table: its keys, or requests that the server signs.
 *
 * @param table the name under which requests are signed
 */
export async function useAccess(
  lake: Lake,
  table: string,
  handedOut: Answer,
  request: { readonly method: string; readonly location: string; readonly body?: string | Buffer },
): Promise<Seen> {
  const { method, location, body = '' } = request
  if (lake.mode !== 'remote-signing') {
    const keys = credentialsIn(handedOut).flatMap((credential) => storageKeysOf(credential) ?? [])[0]
    if (keys === undefined) return { status: 403, text: 'no keys were handed out' }
    return seenOfStore(await useKeys(keys, method, targetOf(location), body))
  }
  const path = `${tablePath(lake.as.mallory, lake.namespace, table)}/sign`
  const uri = `${lake.store?.endpoint ?? ''}${targetOf(location)}`
  const headers = { 'x-amz-content-sha256': [sha256(body)] }
  const { seen } = await signAndSend(lake, path, { method, uri, headers }, body)
  return seen[0] ?? { status: 0, text: '' }
}

/** Returns prefixes of credentials that lie outside a table's own location. */
export function foreignPrefixes(answer: Answer, location: string): string[] {
  if (answer.status !== 200) return []
  const own = location.replace(/\/+$/, '')
  return credentialsIn(answer)
    .map(({ prefix }) => prefix)
    .filter((prefix) => prefix !== own && !prefix.startsWith(`${own}/`))
}
