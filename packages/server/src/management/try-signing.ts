import { isHeadgateError } from '@headgate/errors'
import type { Finding } from '../catalog/finding.ts'
import { signForTable, type Signed } from '../credentials/signing/sign.ts'
import { sendToStore, urlInStore } from './send-to-store.ts'
import type { StoreAddress } from './try-unsigned.ts'

/** Requests in the order in which they are sent, with their expected status. */
const steps = [
  { method: 'PUT', doing: 'writing', status: 200 },
  { method: 'GET', doing: 'reading', status: 200 },
  { method: 'DELETE', doing: 'deleting', status: 204 },
] as const

/**
 * Signs requests as for a client, and sends them to the object store. The store must accept the requests for a
 * location of a table, and the server must sign no request for another location.
 *
 * @param place location of a table that does not exist, ending in `/`
 * @param elsewhere location of another table that does not exist
 */
export async function signedRequestsWork(
  { warehouse, store, keys, guard }: StoreAddress,
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
    const what = seen === null ? 'The object store did not respond.' : `The store responded ${seen}.`
    const message = `With a request that was signed for a client, ${doing} failed. ${what} Check that the keys of the storage allow it, and that clients and server use the same address of the store.`
    return [{ name: 'sign', ok: false, message }]
  }
  return [
    {
      name: 'sign',
      ok: true,
      message: 'Signed requests can write, read and delete in the location of a table.',
    },
    refusedElsewhere(() => sign('GET', `${elsewhere}object`)),
  ]
}

function refusedElsewhere(attempt: () => unknown): Finding {
  const name = 'outside'
  try {
    attempt()
  } catch (error) {
    if (!isHeadgateError(error, 'forbidden')) throw error
    return { name, ok: true, message: 'The server signs no request for the location of another table.' }
  }
  return {
    name,
    ok: false,
    message:
      'The server signed a request for the location of another table. Report this defect, and use vending mode gateway.',
  }
}
