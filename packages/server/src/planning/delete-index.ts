import type { ContentFile, ManifestEntry, ManifestFile, PartitionValues } from '@headgate/iceberg/manifest'
import { compareInt64, type Int64 } from '@headgate/json'

/** Id of the column of position delete files that contains the path of the data file. */
const pathColumn = 2_147_483_546

/** Delete file of an Iceberg table, with the id of its partition spec and its sequence number. */
export interface DeleteFile {
  readonly specId: number
  readonly sequenceNumber: Int64
  readonly file: ContentFile
  /** Path of the only data file to which it applies. Null: it applies to several data files. */
  readonly dataFile: string | null
}

/**
 * Delete files of a snapshot, by the data files to which they apply (Iceberg table specification, "Scan Planning").
 * The result for a data file can contain equality deletes that match none of its rows.
 */
export class DeleteIndex {
  readonly #vectors = new Map<string, DeleteFile>()
  /** Deletion vectors by the file that contains them. */
  readonly #byFile = new Map<string, DeleteFile[]>()
  readonly #byPath = new Map<string, DeleteFile[]>()
  readonly #positions = new Map<string, DeleteFile[]>()
  readonly #equalities = new Map<string, DeleteFile[]>()
  readonly #globalEqualities: DeleteFile[] = []
  #size = 0

  /** Number of delete files. */
  get size(): number {
    return this.#size
  }

  /**
   * Adds a delete file.
   *
   * @param isUnpartitioned true when the partition spec of the manifest has no partition fields, so that an equality
   * delete file applies to all data files
   */
  add(manifest: ManifestFile, entry: ManifestEntry, isUnpartitioned: boolean): void {
    const { file } = entry
    const { specId } = manifest
    this.#size += 1
    const path = file.content === 'equality-deletes' ? null : (file.referencedDataFile ?? onlyPath(file))
    const added = { specId, sequenceNumber: sequenceNumberOf(manifest, entry), file, dataFile: path }
    if (file.content === 'equality-deletes') {
      if (isUnpartitioned) this.#globalEqualities.push(added)
      else push(this.#equalities, partitionKey(specId, file.partition), added)
      return
    }
    if (file.format === 'puffin' && file.referencedDataFile !== null) {
      this.#vectors.set(file.referencedDataFile, added)
      push(this.#byFile, file.path, added)
      return
    }
    if (path === null) push(this.#positions, partitionKey(specId, file.partition), added)
    else push(this.#byPath, path, added)
  }

  /** Returns all deletion vectors in the same file, or the delete file itself. */
  sharing(deleteFile: DeleteFile): readonly DeleteFile[] {
    return this.#byFile.get(deleteFile.file.path) ?? [deleteFile]
  }

  /** Returns the delete files that apply to a data file. */
  find(specId: number, sequenceNumber: Int64, { path, partition }: ContentFile): readonly DeleteFile[] {
    if (this.#size === 0) return []
    const key = partitionKey(specId, partition)
    const equalities = [...this.#globalEqualities, ...(this.#equalities.get(key) ?? [])].filter(
      (each) => compareInt64(each.sequenceNumber, sequenceNumber) > 0,
    )
    const vector = this.#vectors.get(path)
    // A deletion vector contains all positions of the earlier position delete files, so the task does not need these
    // files.
    if (vector !== undefined && compareInt64(vector.sequenceNumber, sequenceNumber) >= 0)
      return [...equalities, vector]
    const positions = [...(this.#positions.get(key) ?? []), ...(this.#byPath.get(path) ?? [])].filter(
      (each) => compareInt64(each.sequenceNumber, sequenceNumber) >= 0,
    )
    return [...equalities, ...positions]
  }
}

/** Returns the sequence number of a file. Added files inherit it from their manifest. */
export function sequenceNumberOf(manifest: ManifestFile, { sequenceNumber }: ManifestEntry): Int64 {
  return sequenceNumber ?? manifest.sequenceNumber
}

/** Returns the path of the only data file that a position delete file names, by the bounds of its paths. */
function onlyPath({ lowerBounds, upperBounds }: ContentFile): string | null {
  const lower = lowerBounds?.get(pathColumn)
  const upper = upperBounds?.get(pathColumn)
  return lower !== null && lower !== undefined && upper?.equals(lower) === true ? lower.toString() : null
}

function partitionKey(specId: number, { fieldIds, values }: PartitionValues): string {
  const parts = values.map((value) =>
    Buffer.isBuffer(value) ? value.toString('hex') : `${typeof value} ${String(value)}`,
  )
  return JSON.stringify([specId, fieldIds, parts])
}

function push(map: Map<string, DeleteFile[]>, key: string, file: DeleteFile): void {
  const files = map.get(key)
  if (files === undefined) map.set(key, [file])
  else files.push(file)
}
