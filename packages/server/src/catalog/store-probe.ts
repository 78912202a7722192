import { randomBytes, randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'

/**
 * Name of the folder below the root of each warehouse that contains the probe objects. No table can be
 * created in it.
 */
const folderName = '.headgate-store-probe'
const objectName = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const probeBytes = 64
/**
 * Minimum age in ms of probe objects that are deleted as left-overs. It is much longer than a check takes,
 * even if clocks differ.
 */
const leftAfterMs = 3_600_000
const maxLeft = 100
const cleanUpMs = 2_000

/** Returns the location of the folder for probe objects of a warehouse, ending in `/`. */
export function probeFolder(root: string): string {
  return `${root.replace(/\/+$/, '')}/${folderName}/`
}

/**
 * Small probe object below the root of a warehouse. The check of stores tries to read it through other
 * warehouses.
 */
export interface StoreProbe {
  readonly location: string
  readonly content: Buffer
}

/**
 * Writes a probe object, passes it to `look`, and then deletes it, even if `look` fails. If the process ends
 * before the deletion, a later call of `removeLeftProbes` deletes the object.
 */
export async function withStoreProbe<T>(
  storage: Pick<Storage, 'put' | 'delete'>,
  root: string,
  signal: AbortSignal,
  look: (probe: StoreProbe) => Promise<T>,
): Promise<T> {
  const probe = { location: `${probeFolder(root)}${randomUUID()}`, content: randomBytes(probeBytes) }
  try {
    await storage.put(probe.location, probe.content, { signal })
    return await look(probe)
  } finally {
    await storage.delete(probe.location, { signal: AbortSignal.timeout(cleanUpMs) }).catch(() => undefined)
  }
}

/** Returns whether a storage contains the probe object. */
export async function hasProbe(
  storage: Pick<Storage, 'getBytes'>,
  { location, content }: StoreProbe,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await storage.getBytes(location, { maxBytes: 1_024, signal })).equals(content)
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file')) return false
    throw error
  }
}

/**
 * Deletes probe objects that an earlier check left in the folder of the warehouse. Lists at most 100 objects,
 * and deletes only objects with the name, the size and the minimum age of a left-over probe object.
 *
 * @param now current time in epoch ms
 */
export async function removeLeftProbes(
  storage: Pick<Storage, 'list' | 'deleteMany'>,
  root: string,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  const folder = probeFolder(root)
  const left: string[] = []
  let seen = 0
  for await (const entry of storage.list(folder, { pageSize: maxLeft, signal })) {
    if (entry.type === 'object' && isLeftProbe(entry.location.slice(folder.length), entry.info, now))
      left.push(entry.location)
    seen += 1
    if (seen === maxLeft) break
  }
  if (left.length === 0) return 0
  const { failed } = await storage.deleteMany(left, { signal })
  return left.length - failed.length
}

function isLeftProbe(
  name: string,
  info: { readonly size: number; readonly lastModified: number },
  now: number,
): boolean {
  return objectName.test(name) && info.size === probeBytes && info.lastModified < now - leftAfterMs
}
