import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Bodies } from '../../store/relation-writes.ts'
import type { CatalogDeps } from '../deps.ts'
import { servedBodies } from '../metadata-file.ts'
import type { Plan } from './plan.ts'

/** A plan whose metadata file is in storage, with the forms of the metadata that its row contains. */
export interface WrittenPlan<Metadata> extends Plan<Metadata> {
  readonly bodies: Bodies
}

// Nothing references the file until the row is updated, so a partly written file does no harm.
const putOptions = { contentType: 'application/json', unreferenced: true }

/**
 * Writes the metadata files of plans. When a write fails, waits for the others before it throws, so that no file appears
 * after `deleteFiles`.
 */
export async function writeFiles<Metadata>(
  deps: Pick<CatalogDeps, 'rowLimitBytes'>,
  plans: readonly Plan<Metadata>[],
): Promise<readonly WrittenPlan<Metadata>[]> {
  const results = await Promise.allSettled(plans.map((plan) => writeFile(deps, plan)))
  return results.map(valueOrThrow)
}

async function writeFile<Metadata>(
  { rowLimitBytes }: Pick<CatalogDeps, 'rowLimitBytes'>,
  plan: Plan<Metadata>,
): Promise<WrittenPlan<Metadata>> {
  const { warehouse, model, metadata, file, fileExists } = plan
  const writing = fileExists ? undefined : warehouse.storage.put(file.location, file.content, putOptions)
  // The request is sent at the end of a turn of the event loop, and compression would delay it.
  const compressing = nextTurn().then(() => servedBodies(model, metadata, file.text, rowLimitBytes))
  const [put, bodies] = await Promise.allSettled([writing, compressing])
  valueOrThrow(put)
  return { ...plan, bodies: valueOrThrow(bodies) }
}

function valueOrThrow<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason
  return result.value
}

/**
 * Deletes the files of plans that were not committed, for certain. Never rejects: a file that cannot be deleted is logged
 * and stays.
 */
export async function deleteFiles(
  { log }: Pick<CatalogDeps, 'log'>,
  plans: readonly Pick<Plan<unknown>, 'warehouse' | 'file' | 'fileExists'>[],
): Promise<void> {
  const deletions = plans
    .filter(({ fileExists }) => !fileExists)
    .map(({ warehouse, file }) =>
      warehouse.storage.delete(file.location).catch((err: unknown) => {
        log.warn({ err, location: file.location }, 'an unused metadata file could not be deleted')
      }),
    )
  await Promise.all(deletions)
}

/** Starts to delete the metadata files that a committed plan no longer lists. */
export function deleteExpired(
  { log }: Pick<CatalogDeps, 'log'>,
  { warehouse, expired }: Pick<Plan<unknown>, 'warehouse' | 'expired'>,
): void {
  if (expired.length === 0) return
  warehouse.storage.deleteMany(expired).catch((err: unknown) => {
    log.warn({ err, count: expired.length }, 'old metadata files could not be deleted')
  })
}
