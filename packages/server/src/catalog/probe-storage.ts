import { randomBytes, randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { openStorage } from '../storage/open-storage.ts'
import type { StorageProfile } from '../storage/storage-profile.ts'
import { rootOf } from './open-storage.ts'
import type { OpenedStorage } from './warehouses.ts'

/**
 * Proves that a storage can be used: writes a small object in the warehouse's place, reads it, finds it in the list,
 * and deletes it.
 *
 * @throws HeadgateError `bad-request` that says which step failed and what the store said
 */
export async function probeStorage(
  { storage, root }: Pick<OpenedStorage, 'storage' | 'root'>,
  signal: AbortSignal,
): Promise<void> {
  const folder = `${root.replace(/\/+$/, '')}/headgate-probe-${randomUUID()}`
  const location = `${folder}/object`
  const content = randomBytes(64)
  await step('writing', () => storage.put(location, content, { signal }))
  try {
    await step('reading', async () => {
      const read = await storage.getBytes(location, { maxBytes: 1_024, signal })
      if (!read.equals(content))
        throw new HeadgateError('unavailable', 'it gave other bytes than were written')
    })
    await step('listing', async () => {
      for await (const entry of storage.list(`${folder}/`, { signal }))
        if (entry.location.endsWith('/object')) return
      throw new HeadgateError('unavailable', 'the object that was written is not in the list')
    })
  } catch (error) {
    await storage.delete(location).catch(() => undefined)
    throw error
  }
  await step('deleting', () => storage.delete(location, { signal }))
}

/** The same for a profile that no warehouse has yet. */
export async function probeProfile(profile: StorageProfile, signal: AbortSignal): Promise<void> {
  await using storage = await openStorage(profile)
  await probeStorage({ storage, root: rootOf(profile) }, signal)
}

async function step(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const reason = isHeadgateError(error) ? error.message : 'the store could not be reached'
    throw new HeadgateError('bad-request', `The storage cannot be used: ${what} failed. ${reason}`, {
      cause: error,
    })
  }
}
