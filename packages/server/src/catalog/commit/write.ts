import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TextColumns } from '../../store/relation-writes.ts'
import type { CatalogDeps } from '../deps.ts'
import { composeTextColumns } from '../metadata-file.ts'
import type { Plan } from './plan.ts'

/** Plan whose metadata file was written to storage, with the compressed metadata for the row. */
export interface WrittenPlan<Metadata> extends Plan<Metadata> {
  /** Compressed metadata text and its digest, for the columns of the row. */
  readonly textColumns: TextColumns
}

// No row references the file until the row is updated, so a partially written file does no harm.
const putOptions = { contentType: 'application/json', unreferenced: true }

/**
 * Writes the metadata files of all plans. If a write fails, waits for the other writes before it throws,
 * because a write that ends after `deleteFiles` would leave a file in storage.
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
  // The storage request is sent at the end of the event loop iteration. Compression before that point would
  // delay the request.
  const compressing = nextTurn().then(() => composeTextColumns(model, metadata, file.text, rowLimitBytes))
  const [put, textColumns] = await Promise.allSettled([writing, compressing])
  valueOrThrow(put)
  return { ...plan, textColumns: valueOrThrow(textColumns) }
}

function valueOrThrow<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason
  return result.value
}

/**
 * Deletes the metadata files of plans that were certainly not committed. Never throws: if a file cannot be
 * deleted, logs the error and leaves the file in storage.
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

/** Starts to delete the metadata files that a commit removed from the metadata log. Does not wait for the deletion. */
export function deleteExpired(
  { log }: Pick<CatalogDeps, 'log'>,
  { warehouse, expired }: Pick<Plan<unknown>, 'warehouse' | 'expired'>,
): void {
  if (expired.length === 0) return
  warehouse.storage.deleteMany(expired).catch((err: unknown) => {
    log.warn({ err, count: expired.length }, 'old metadata files could not be deleted')
  })
}
