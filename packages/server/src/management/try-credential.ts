import { isHeadgateError } from '@headgate/errors'
import type { Finding } from '../catalog/finding.ts'
import { createProbe, toReason } from '../catalog/probe-storage.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { MintedKeys } from '../credentials/storage-credential.ts'
import { type EndpointGuard, parseLocation, type Storage } from '@headgate/storage'
import { S3Storage } from '@headgate/storage/s3'

/** Opens the storage with only the issued keys, as a client does. */
async function asClient(
  { config }: MintedKeys,
  place: string,
  guard: EndpointGuard | undefined,
): Promise<S3Storage> {
  const endpoint = config['s3.endpoint']
  const sessionToken = config['s3.session-token']
  return S3Storage.open({
    bucket: parseLocation(place).bucket,
    region: config['client.region'] ?? 'us-east-1',
    pathStyle: config['s3.path-style-access'] === 'true',
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: {
      accessKeyId: config['s3.access-key-id'] ?? '',
      secretAccessKey: config['s3.secret-access-key'] ?? '',
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    limits: { attempts: 2 },
    ...(guard === undefined ? {} : { guard }),
  })
}

/** Checks that the keys allow everything that a table needs in the location that they were issued for. */
export async function usableInside(
  warehouse: Warehouse,
  access: MintedKeys,
  place: string,
  signal: AbortSignal,
  guard: EndpointGuard,
): Promise<Finding> {
  await using storage = await asClient(access, place, guard)
  const probe = createProbe({ storage, root: place }, signal)
  for (const { doing, run } of probe.steps) {
    try {
      await run()
    } catch (error) {
      await warehouse.storage.delete(probe.location).catch(() => undefined)
      signal.throwIfAborted()
      return {
        name: 'inside',
        ok: false,
        message: `With the keys that clients get, ${doing} failed in the location of the keys. ${toReason(error)} The role, or the policy of the storage's keys, must allow s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket in this location.`,
      }
    }
  }
  return {
    name: 'inside',
    ok: true,
    message: 'The keys can write, read, list and delete objects in their location.',
  }
}

/** Request with which an attacker could use stolen keys. */
type Attempt = 'write' | 'read' | 'list' | 'delete'
const attempts: Readonly<
  Record<Attempt, (storage: Storage, object: string, signal: AbortSignal) => Promise<unknown>>
> = {
  write: (storage, object, signal) => storage.put(object, Buffer.from('must not exist'), { signal }),
  read: (storage, object, signal) => storage.getBytes(object, { maxBytes: 1_024, signal }),
  async list(storage, object, signal) {
    for await (const _ of storage.list(object.slice(0, object.lastIndexOf('/') + 1), { signal })) return
  },
  delete: (storage, object, signal) => storage.delete(object, { signal }),
}

/**
 * Checks that the object store refuses the keys outside their location. The function first creates an object
 * there, so a failed read means that the keys were refused.
 *
 * @param guard checks the connections. Undefined: the endpoint comes from the configuration of the server and
 *   needs no check
 * @param only the only request that is tested. Undefined: all requests are tested
 */
export async function refusedOutside(
  warehouse: Warehouse,
  access: MintedKeys,
  place: string,
  signal: AbortSignal,
  guard?: EndpointGuard,
  only?: Attempt,
): Promise<Finding> {
  const name = 'outside'
  const object = `${place}object`
  await using storage = await asClient(access, place, guard)
  try {
    await warehouse.storage.put(object, Buffer.from('must stay'), { signal })
    for (const attempt of only === undefined ? (['write', 'read', 'list', 'delete'] as const) : [only]) {
      const seen = await refusal(() => attempts[attempt](storage, object, signal))
      signal.throwIfAborted()
      if (seen === null) return { name, ok: false, message: escaped(attempt, only !== undefined) }
      if (!isHeadgateError(seen, 'forbidden')) {
        const message = `It is unknown whether the keys are refused outside their location, because the attempt to ${attempt} there had an unexpected result. ${toReason(seen)}`
        return { name, ok: false, message }
      }
    }
  } finally {
    await warehouse.storage.delete(object).catch(() => undefined)
  }
  const message =
    only === undefined ? 'The keys are refused outside their location.' : 'Read-only keys cannot write.'
  return { name, ok: true, message }
}

async function refusal(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return null
  } catch (error) {
    return error
  }
}

function escaped(attempt: Attempt, readOnly: boolean): string {
  const what = readOnly
    ? 'A client could write with read-only keys'
    : `A client could ${attempt} objects outside the location of its keys`
  return `${what}: this store does not enforce session policies. Use vending mode gateway or remote-signing.`
}
