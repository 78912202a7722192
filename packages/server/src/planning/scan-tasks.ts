import {
  encodeExpression,
  mayMatchFile,
  residualFor,
  type BoundExpression,
  type SpecFilter,
} from '@headgate/iceberg/expression'
import type { ManifestEntry, ManifestFile, PartitionValues } from '@headgate/iceberg/manifest'
import { schemaIndex, type Schema } from '@headgate/iceberg/metadata'
import { addInt64, stringify, type Int64 } from '@headgate/json'
import type { LoopTurns } from '../concurrency/loop-turns.ts'
import { type DeleteFile, type DeleteIndex, sequenceNumberOf } from './delete-index.ts'
import { canonicalFile } from './canonical-file.ts'
import { encodeDataFile, encodeDeleteFile, encodePartition, type FileEncoding } from './encode-task.ts'
import type { ReadManifest } from './manifest-files.ts'
import type { Scan } from './scan.ts'
import { filterOf, type specFilters } from './select-manifests.ts'

/** Position in the data manifests of a scan: the index of a manifest, and the index of an entry in it. */
export interface Position {
  readonly manifest: number
  readonly entry: number
}

/**
 * File scan tasks and delete files for a range of manifests. `next` is the position at which the following response
 * continues, or null at the end of the range.
 */
export interface ScanTasks {
  /** JSON text of each file scan task. */
  readonly fileTasks: readonly string[]
  /** JSON text of each delete file. */
  readonly deleteFiles: readonly string[]
  readonly next: Position | null
}

/**
 * Inputs for listing the tasks of a scan: its manifests, filters and delete files, and a function that reads a
 * manifest.
 */
export interface TaskSource {
  readonly scan: Scan
  readonly filters: ReturnType<typeof specFilters>
  readonly manifests: readonly ManifestFile[]
  readonly deletes: DeleteIndex
  /** Canonical locations of the files that the caller may read. Null: all files. */
  readonly permitted: ReadonlySet<string> | null
  readonly turns: LoopTurns
  read(manifest: ManifestFile): Promise<ReadManifest>
}

/** Form of the tasks. */
export interface TaskOptions extends Pick<FileEncoding, 'omitsNullPartitions'> {
  /** Ids of the columns whose statistics the caller may see, with the columns below them. Null: all columns. */
  readonly visibleColumns: ReadonlySet<number> | null
}

/** Number of entries that are evaluated before other requests get their turn: a few milliseconds. */
const entriesPerTurn = 500
/** Maximum length of all residual filters of a response, in characters. */
const maxResidualLength = 4_000_000

/** Data file that a scan reads, with its manifest entry, residual filter and delete files. */
export interface ScannedFile {
  readonly manifest: ManifestFile
  readonly entry: ManifestEntry
  readonly residual: Residual
  /** Delete files that apply to the file. */
  readonly deletes: readonly DeleteFile[]
  firstRowId(): Int64 | null
}

/**
 * Calls `visit` for each file of the manifests from one position up to the manifest number `end`, until it returns false.
 * Returns the position of the file for which it returned false, or null.
 *
 * @throws HeadgateError of `ManifestFiles`
 */
export async function visitFiles(
  source: TaskSource,
  from: Position,
  end: number,
  visit: (file: ScannedFile) => boolean,
): Promise<Position | null> {
  const { scan, filters, manifests, deletes, permitted, turns } = source
  for (let number = from.manifest; number < end; number += 1) {
    const manifest = manifests[number]
    if (manifest === undefined) break
    const filter = filterOf(filters, manifest)
    const { entries } = await source.read(manifest)
    const rowIds = firstRowIds(manifest, entries)
    const residuals = new Residuals(filter)
    for (let at = number === from.manifest ? from.entry : 0; at < entries.length; at += 1) {
      if (at % entriesPerTurn === 0) await turns.next()
      const entry = entries[at]
      if (entry === undefined || !isScanned(scan, manifest, entry)) continue
      const { file } = entry
      if (permitted !== null && !permitted.has(canonicalFile(file.path))) continue
      const residual = residuals.get(file.partition)
      if (residual.filter === false || !mayMatchFile(residual.filter, file)) continue
      const found = deletes.find(manifest.specId, sequenceNumberOf(manifest, entry), file)
      if (!visit({ manifest, entry, residual, deletes: found, firstRowId: () => rowIds(at) }))
        return { manifest: number, entry: at }
    }
  }
  return null
}

/**
 * Lists the tasks of the manifests from one position up to the manifest number `end`, at most `limit`.
 *
 * @throws HeadgateError of `visitFiles`
 */
export async function listTasks(
  source: TaskSource,
  options: TaskOptions,
  from: Position,
  end: number,
  limit: number,
): Promise<ScanTasks> {
  const list = new TaskList(source, options)
  const next = await visitFiles(source, from, end, (file) => {
    if (list.isFull(limit)) return false
    list.add(file)
    return true
  })
  return list.end(next)
}

/** Residual filter of a partition, with its JSON text. Files of one manifest with equal partitions share it. */
export interface Residual {
  readonly filter: BoundExpression
  readonly text: string
}

/** Residual filters of the partitions of one manifest. */
class Residuals {
  readonly #filter: SpecFilter
  readonly #byText = new Map<string, Residual>()
  #last: { readonly partition: PartitionValues; readonly residual: Residual } | null = null

  constructor(filter: SpecFilter) {
    this.#filter = filter
  }

  get(partition: PartitionValues): Residual {
    // Consecutive files with equal partition values share one object, so comparing the object avoids the conversion of
    // its values to text.
    if (this.#last?.partition === partition) return this.#last.residual
    const text = partitionText(partition)
    let residual = this.#byText.get(text)
    if (residual === undefined) {
      const filter = residualFor(this.#filter, partition)
      this.#byText.set(text, (residual = { filter, text: stringify(encodeExpression(filter)) }))
    }
    this.#last = { partition, residual }
    return residual
  }
}

function partitionText({ values }: PartitionValues): string {
  const parts = values.map((value) =>
    Buffer.isBuffer(value) ? value.toString('hex') : `${typeof value} ${String(value)}`,
  )
  return JSON.stringify(parts)
}

class TaskList {
  readonly #encoding: FileEncoding
  readonly #tasks: string[] = []
  readonly #partitions = new WeakMap<Residual, string>()
  #residualLength = 0
  readonly #deleteFiles: string[] = []
  readonly #deleteNumbers = new Map<DeleteFile, number>()

  constructor({ scan, filters }: TaskSource, { omitsNullPartitions, visibleColumns }: TaskOptions) {
    const fields = new Map([...filters].map(([id, filter]) => [id, filter.fields]))
    this.#encoding = {
      schema: scan.schema,
      statsColumns: scan.definition.statsColumns.filter(
        (id) => visibleColumns?.has(rootOf(scan.schema, id)) !== false,
      ),
      omitsNullPartitions,
      fields,
    }
  }

  /** Returns whether the response has enough tasks, or residual filters that are too long together. */
  isFull(limit: number): boolean {
    return this.#tasks.length >= limit || this.#residualLength > maxResidualLength
  }

  add({ manifest, entry, residual, deletes, firstRowId }: ScannedFile): void {
    this.#residualLength += residual.text.length
    const { specId } = manifest
    let partition = this.#partitions.get(residual)
    if (partition === undefined)
      this.#partitions.set(residual, (partition = encodePartition(this.#encoding, specId, entry.file)))
    const file = encodeDataFile(this.#encoding, specId, entry.file, { partition, firstRowId: firstRowId() })
    const numbers = deletes.map((each) => this.#numberOf(each))
    const references = numbers.length === 0 ? '' : `,"delete-file-references":[${numbers.join(',')}]`
    // The residual filter is optional, but Java cannot read files whose task has none.
    this.#tasks.push(`{"data-file":${file}${references},"residual-filter":${residual.text}}`)
  }

  end(next: Position | null): ScanTasks {
    return { fileTasks: this.#tasks, deleteFiles: this.#deleteFiles, next }
  }

  /** Returns the number of a delete file in the response, and adds the file when it is referenced first. */
  #numberOf(deleteFile: DeleteFile): number {
    let number = this.#deleteNumbers.get(deleteFile)
    if (number === undefined) {
      number = this.#deleteFiles.push(encodeDeleteFile(this.#encoding, deleteFile)) - 1
      this.#deleteNumbers.set(deleteFile, number)
    }
    return number
  }
}

/** Returns the id of the column that contains a field. */
function rootOf(schema: Schema, id: number): number {
  let field = schemaIndex(schema).byId.get(id)
  while (field?.parent !== undefined) field = field.parent
  return field?.id ?? id
}

function isScanned({ definition, snapshots }: Scan, manifest: ManifestFile, entry: ManifestEntry): boolean {
  if (definition.after === null) return true
  const addedBy = entry.snapshotId ?? manifest.addedSnapshotId
  return entry.status === 'added' && snapshots.some((snapshot) => snapshot['snapshot-id'] === addedBy)
}

/**
 * Returns the function that finds the first row id of an entry. Entries without one inherit the next free id of their
 * manifest, in their order (Iceberg table specification, "First Row ID Inheritance").
 */
function firstRowIds(
  manifest: ManifestFile,
  entries: readonly ManifestEntry[],
): (index: number) => Int64 | null {
  if (manifest.firstRowId === null) return (index) => entries[index]?.file.firstRowId ?? null
  let next = manifest.firstRowId
  const ids = entries.map(({ file }) => {
    if (file.firstRowId !== null) return file.firstRowId
    const id = next
    next = addInt64(next, file.recordCount)
    return id
  })
  return (index) => ids[index] ?? null
}
