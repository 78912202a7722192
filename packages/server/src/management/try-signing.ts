import { isHeadgateError } from '@headgate/errors'
import type { Finding } from '../catalog/finding.ts'
import { signForTable, type Signed } from '../credentials/signing/sign.ts'
import { sendToStore, urlInStore } from './send-to-store.ts'
import type { StoreParts } from './try-unsigned.ts'

/** Requests in their order, with the status that means success. */
const steps = [
  { method: 'PUT', doing: 'writing', status: 200 },
  { method: 'GET', doing: 'reading', status: 200 },
  { method: 'DELETE', doing: 'deleting', status: 204 },
] as const

/**
 * Signs requests as for a client and sends them: the store must take them in a place of a table, and for another place
 * none must be signed.
 *
 * @param place of a table that does not exist, ending in `/`
 * @param elsewhere a place of another one
 */
export async function signedRequestsWork(
  { warehouse, store, keys, guard }: StoreParts,
  place: string,
  elsewhere: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  const sign = (method: string, location: string): Signed =>
    signForTable(
      { method, region: store.region, uri: urlInStore(store, location), headers: {}, body: null },
      { place: store, keys, prefixes: [place], permission: 'read-write', now: new Date() },
    )
  const object = `${place}object`
  for (const { method, doing, status } of steps) {
    const seen = await sendToStore(
      { method, ...sign(method, object), body: 'signed' },
      signal,
      store.endpoint === null ? undefined : guard,
    ).catch(() => null)
    signal.throwIfAborted()
    if (seen === status) continue
    await warehouse.storage.delete(object).catch(() => undefined)
    const what = seen === null ? 'The store did not respond.' : `The store responded ${seen}.`
    const message = `With a request that was signed for a client, ${doing} failed. ${what} Check that the keys of the storage may do it, and that clients and server see the store at the same address.`
    return [{ name: 'sign', ok: false, message }]
  }
  return [
    { name: 'sign', ok: true, message: 'Signed requests write, read and delete in the place of a table.' },
    refusedElsewhere(() => sign('GET', `${elsewhere}object`)),
  ]
}

function refusedElsewhere(attempt: () => unknown): Finding {
  const name = 'outside'
  try {
    attempt()
  } catch (error) {
    if (!isHeadgateError(error, 'forbidden')) throw error
    return { name, ok: true, message: 'For another place no request is signed.' }
  }
  return { name, ok: false, message: 'A request for another place was signed: report this, and use gateway.' }
}
