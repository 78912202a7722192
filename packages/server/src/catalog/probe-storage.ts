import { randomBytes, randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { type EndpointGuard, openStorage, type StorageProfile } from '@headgate/storage'
import { toRootLocation } from './open-storage.ts'
import type { OpenedStorage } from './warehouses.ts'

type ProbeName = 'write' | 'read' | 'list' | 'delete'

/** Storage operation that the probe tries. */
export interface ProbeStep {
  readonly name: ProbeName
  /** Description of the step as a gerund, for a sentence such as "writing failed". */
  readonly doing: string
  run(): Promise<void>
}

/**
 * Probe of a storage: a small test object below the root of the warehouse, and the storage operations to try,
 * in order.
 */
export interface Probe {
  readonly location: string
  readonly steps: readonly ProbeStep[]
  /** Deletes the test object if it exists. Called after a failed step. Never throws. */
  cleanUp(): Promise<void>
}

/**
 * Time limit in ms for deleting the test object after a failed step. It is short, because the store may not respond at
 * all.
 */
const cleanUpMs = 2_000

export function createProbe(
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
            throw new HeadgateError('unavailable', 'the store returned other bytes than were written')
        },
      },
      {
        name: 'list',
        doing: 'listing',
        async run() {
          for await (const entry of storage.list(`${folder}/`, { signal }))
            if (entry.location.endsWith('/object')) return
          throw new HeadgateError('unavailable', 'the written object is not in the list')
        },
      },
      { name: 'delete', doing: 'deleting', run: () => storage.delete(location, { signal }) },
    ],
  }
}

/**
 * Default time limit of the probe in ms. It is shorter than the time limit of a request, so that the caller
 * receives an error that names the failed step.
 */
const defaultPatienceMs = 10_000

/**
 * Verifies that a storage is usable: writes a small object below the root of the warehouse, reads it, finds
 * it in a listing, and deletes it.
 *
 * @param patienceMs time limit in ms for all steps together
 * @throws HeadgateError `bad-request` with the failed step and the error of the store
 */
export async function probeStorage(
  opened: Pick<OpenedStorage, 'storage' | 'root'>,
  signal: AbortSignal,
  patienceMs: number = defaultPatienceMs,
): Promise<void> {
  const late = AbortSignal.timeout(patienceMs)
  const probe = createProbe(opened, AbortSignal.any([signal, late]))
  for (const { doing, run } of probe.steps) {
    try {
      await run()
    } catch (error) {
      await probe.cleanUp()
      const reason = late.aborted
        ? `The store did not answer within ${patienceMs / 1000} s.`
        : toReason(error)
      const why = `The storage cannot be used: ${doing} failed. ${reason}`
      throw new HeadgateError('bad-request', why, { cause: error })
    }
  }
}

/** Verifies that the storage of a storage profile is usable, before the profile is stored for a warehouse. */
export async function probeProfile(
  profile: StorageProfile,
  guard: EndpointGuard,
  signal: AbortSignal,
): Promise<void> {
  if (profile.type === 's3' && profile.credentials === 'none') return
  await using storage = await openStorage(profile, false, guard)
  await probeStorage({ storage, root: toRootLocation(profile) }, signal)
}

/**
 * Returns a reason for clients from an error of the storage. Replaces messages of client libraries, because
 * they may contain internal details.
 */
export function toReason(error: unknown): string {
  return isHeadgateError(error) ? error.message : 'the store could not be reached'
}
