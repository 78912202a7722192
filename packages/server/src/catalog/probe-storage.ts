import { randomBytes, randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { EndpointGuard } from '../storage/endpoint-guard.ts'
import { openStorage } from '../storage/open-storage.ts'
import type { StorageProfile } from '../storage/storage-profile.ts'
import { rootOf } from './open-storage.ts'
import type { OpenedStorage } from './warehouses.ts'

type ProbeName = 'write' | 'read' | 'list' | 'delete'

/** One thing that a warehouse does with its storage. */
export interface ProbeStep {
  readonly name: ProbeName
  /** For a sentence: "writing failed". */
  readonly doing: string
  run(): Promise<void>
}

/** A small object in a warehouse's place, and what is done with it, in this order. */
export interface Probe {
  readonly location: string
  readonly steps: readonly ProbeStep[]
  /** Takes the object away when a step failed. Never throws. */
  cleanUp(): Promise<void>
}

/** For an object that a store which does not answer may not even have. */
const cleanUpMs = 2_000

export function probeOf(
  { storage, root }: Pick<OpenedStorage, 'storage' | 'root'>,
  signal: AbortSignal,
): Probe {
  const folder = `${root.replace(/\/+$/, '')}/headgate-probe-${randomUUID()}`
  const location = `${folder}/object`
  const content = randomBytes(64)
  return {
    location,
    cleanUp: () =>
      storage.delete(location, { signal: AbortSignal.timeout(cleanUpMs) }).catch(() => undefined),
    steps: [
      {
        name: 'write',
        doing: 'writing',
        run: async () => void (await storage.put(location, content, { signal })),
      },
      {
        name: 'read',
        doing: 'reading',
        async run() {
          const read = await storage.getBytes(location, { maxBytes: 1_024, signal })
          if (!read.equals(content))
            throw new HeadgateError('unavailable', 'it gave other bytes than were written')
        },
      },
      {
        name: 'list',
        doing: 'listing',
        async run() {
          for await (const entry of storage.list(`${folder}/`, { signal }))
            if (entry.location.endsWith('/object')) return
          throw new HeadgateError('unavailable', 'the object that was written is not in the list')
        },
      },
      { name: 'delete', doing: 'deleting', run: () => storage.delete(location, { signal }) },
    ],
  }
}

/** Less than the time of a request: whoever asks is told, and of what. */
const defaultPatienceMs = 10_000

/**
 * Proves that a storage can be used: writes a small object in the warehouse's place, reads it, finds it in the list,
 * and deletes it.
 *
 * @param patienceMs for all of it; then the store does not answer
 * @throws HeadgateError `bad-request` that says which step failed and what the store said
 */
export async function probeStorage(
  opened: Pick<OpenedStorage, 'storage' | 'root'>,
  signal: AbortSignal,
  patienceMs: number = defaultPatienceMs,
): Promise<void> {
  const late = AbortSignal.timeout(patienceMs)
  const probe = probeOf(opened, AbortSignal.any([signal, late]))
  for (const { doing, run } of probe.steps) {
    try {
      await run()
    } catch (error) {
      await probe.cleanUp()
      const reason = late.aborted ? `The store did not answer in ${patienceMs / 1000} s.` : reasonOf(error)
      const why = `The storage cannot be used: ${doing} failed. ${reason}`
      throw new HeadgateError('bad-request', why, { cause: error })
    }
  }
}

/** Proves that the storage of a profile can be used which no warehouse has yet. */
export async function probeProfile(
  profile: StorageProfile,
  guard: EndpointGuard,
  signal: AbortSignal,
): Promise<void> {
  await using storage = await openStorage(profile, false, guard)
  await probeStorage({ storage, root: rootOf(profile) }, signal)
}

/** What a person may be told of a failure: our own sentences, never those of a client library. */
export function reasonOf(error: unknown): string {
  return isHeadgateError(error) ? error.message : 'the store could not be reached'
}
