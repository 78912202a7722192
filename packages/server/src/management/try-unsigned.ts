import type { Finding } from '../catalog/finding.ts'
import type { S3Store, Warehouse } from '../catalog/warehouses.ts'
import { type EndpointGuard, isAws, type S3Keys } from '@headgate/storage'
import { sendToStore, urlInStore } from './send-to-store.ts'

/** Address of the object store of a warehouse, with the keys of the server for this store. */
export interface StoreAddress {
  readonly warehouse: Warehouse
  readonly store: S3Store
  readonly keys: S3Keys
  /** Checks connections to an endpoint that is not AWS's own. */
  readonly guard: EndpointGuard
}

const body = '8\r\nunsigned\r\n0\r\nx-amz-checksum-crc32:9WIORQ==\r\n\r\n'

/**
 * Tests whether the object store refuses an unsigned write that contains an access key id. All open-source
 * versions of MinIO since May 2023 accept such a write (CVE-2026-40344, CVE-2026-41145), and clients of modes
 * `sts` and `remote-signing` know the id of the warehouse's keys. The test is skipped for AWS, which does not
 * have this vulnerability.
 *
 * @param place location without other files, ending in `/`
 */
export async function unsignedIsRefused(
  { warehouse, store, keys, guard }: StoreAddress,
  place: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (isAws(store)) return []
  const object = `${place}unsigned`
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const credential = `${keys.accessKeyId}/${date.slice(0, 8)}/${store.region}/s3/aws4_request`
  const uri = `${urlInStore(store, object)}?X-Amz-Credential=${encodeURIComponent(credential)}`
  const headers = {
    'x-amz-date': date,
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '8',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
    'content-length': String(body.length),
  }
  const status = await sendToStore(
    { method: 'PUT', uri, headers, body },
    signal,
    store.endpoint === null ? undefined : guard,
  ).catch(() => null)
  signal.throwIfAborted()
  const name = 'unsigned'
  if (status !== null && status >= 300)
    return [{ name, ok: true, message: 'The store refuses unsigned writes.' }]
  await warehouse.storage.delete(object).catch(() => undefined)
  if (status === null) return []
  const message =
    'The store accepted an unsigned write that only contains an access key id. Clients know this id, so every client that can connect to the store can write any object. This is a vulnerability of MinIO (CVE-2026-40344, CVE-2026-41145). Update MinIO, or let a proxy refuse requests with x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER, or use mode gateway and block connections of clients to the store.'
  return [{ name, ok: false, message }]
}
