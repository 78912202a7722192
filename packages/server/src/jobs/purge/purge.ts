import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { JsonObject } from '@headgate/json'
import { parseMetadataText } from '../../catalog/metadata-file.ts'
import { unpack } from '../../catalog/packed-body.ts'
import { readRecordedMetadata } from '../../catalog/recorded-metadata.ts'
import { tableModel } from '../../catalog/relation-model.ts'
import type { Warehouse } from '../../catalog/warehouses.ts'
import type { Log } from '../../log.ts'
import { findPurgeSubject, forgetDropped, type PurgeSubject } from '../../store/dropped-relations.ts'
import { deleteGrantsOn } from '../../store/grants.ts'
import type { Sql } from '../../store/sql.ts'
import type { JobRun } from '../job-run.ts'
import type { JobHandler } from '../jobs.ts'
import { ownEvent } from '../own-event.ts'
import { PurgedFiles } from './purged-files.ts'
import { PurgeScope } from './scope.ts'
import { SnapshotPurge } from './snapshots.ts'
import { isOurChoice, sweepLocation } from './sweep-location.ts'

export interface PurgeParts {
  readonly sql: Sql
  readonly log: Log
  /** By name; `Warehouses.get`. */
  readonly warehouses: { get(name: string): Promise<Warehouse | null> }
  /** Bytes of a metadata file that will be read. */
  readonly maxMetadataBytes: number
}

const saveEveryMs = 1_000

/**
 * Deletes all files of a dropped relation and then forgets it. The order makes it resumable: what names other files
 * goes after them, the newest metadata file last of all files, the row last of all.
 */
export function purgeHandler(parts: PurgeParts): JobHandler {
  return async (run) => {
    const subject = run.subjectId === null ? null : await findPurgeSubject(parts.sql, run.subjectId)
    if (subject === null) return
    const warehouse = await parts.warehouses.get(subject.warehouse)
    if (warehouse?.id !== subject.warehouseId) {
      throw new HeadgateError(
        'unavailable',
        'The warehouse was renamed or made anew a moment ago: this is tried again.',
      )
    }
    const scope = await PurgeScope.open(parts.sql, subject.id, warehouse)
    const files = new PurgedFiles(warehouse.storage, scope, run, countsOf(run.progress))
    const named = await purgeNamedFiles(parts, run, subject, warehouse, scope, files)
    const swept = named !== 'data-kept' && isOurChoice(subject.location, warehouse.root)
    if (swept)
      await sweepLocation(warehouse.storage, subject.location, subject.metadataLocation, run.signal, files)
    // The only key to files that are still there is left for a person to look at.
    if (named !== 'unreadable' || swept) await files.delete([subject.metadataLocation])
    run.check()
    const detail = { files: 'deleted', ...files.counts }
    if (files.counts.unreadable > 0)
      parts.log.warn({ relation: subject.id, ...detail }, 'a purge met files that it could not read')
    const event = ownEvent({
      operation: 'purgeRelation',
      relationId: subject.id,
      object: subject.object,
      detail,
      requestId: run.id,
    })
    await parts.sql.transaction(async (tx) => {
      await forgetDropped(tx, [subject.id], [event])
      await deleteGrantsOn(tx, [subject.id])
    })
  }
}

/** What became of the files that the metadata names. `data-kept`: the table says that its data files are not its own. */
type NamedFiles = 'deleted' | 'data-kept' | 'unreadable'

/** Everything that the metadata names, itself excepted. */
async function purgeNamedFiles(
  parts: PurgeParts,
  run: JobRun,
  subject: PurgeSubject,
  warehouse: Warehouse,
  scope: PurgeScope,
  files: PurgedFiles,
): Promise<NamedFiles> {
  if (subject.kind !== 'table' || subject.format !== 'iceberg') return 'deleted'
  const metadata = await readTable(parts, subject, warehouse)
  if (metadata === 'missing') return 'deleted'
  if (metadata === 'unreadable') {
    files.counts.unreadable += 1
    return 'unreadable'
  }
  const withData = metadata.properties['gc.enabled']?.toLowerCase() !== 'false'
  const snapshots = new SnapshotPurge({
    storage: warehouse.storage,
    files,
    scope,
    signal: run.signal,
    withData,
  })
  const begin = numberOf(run.progress, 'snapshots')
  let savedAt = performance.now()
  for (const [index, snapshot] of metadata.snapshots.entries()) {
    if (index < begin) continue
    await snapshots.purge(snapshot)
    const now = performance.now()
    if (now - savedAt < saveEveryMs) continue
    savedAt = now
    await run.save({ snapshots: index + 1, ...files.counts })
  }
  if (metadata.snapshots.length > begin)
    await run.save({ snapshots: metadata.snapshots.length, ...files.counts })
  await files.delete(
    [...metadata.statistics, ...metadata['partition-statistics']].map((file) => file['statistics-path']),
  )
  await files.delete(
    metadata['metadata-log']
      .map((entry) => entry['metadata-file'])
      .filter((file) => file !== subject.metadataLocation),
  )
  return withData ? 'deleted' : 'data-kept'
}

/** From the row, else from storage: there it is gone when an earlier run was interrupted at the very end. */
async function readTable(
  parts: PurgeParts,
  subject: PurgeSubject,
  warehouse: Warehouse,
): Promise<TableMetadata | 'missing' | 'unreadable'> {
  const { body, length, crc, metadataLocation } = subject
  try {
    const text =
      body === null
        ? await readRecordedMetadata(warehouse.storage, subject, parts.maxMetadataBytes)
        : await unpack({ packed: body, length, crc })
    return tableModel.decode(parseMetadataText(text, metadataLocation))
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file')) return 'missing'
    if (isHeadgateError(error, 'bad-request') || isHeadgateError(error, 'damaged-metadata'))
      return 'unreadable'
    throw error
  }
}

function countsOf(progress: JsonObject): { deleted: number; spared: number; unreadable: number } {
  return {
    deleted: numberOf(progress, 'deleted'),
    spared: numberOf(progress, 'spared'),
    unreadable: numberOf(progress, 'unreadable'),
  }
}

function numberOf(progress: JsonObject, name: string): number {
  const value = progress[name]
  return typeof value === 'number' ? value : 0
}
