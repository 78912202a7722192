import type { Int64, Json, JsonObject } from '@headgate/json'
import {
  decodeArray,
  decodeInt32s,
  decodeInt64,
  decodeObject,
  decodeString,
  decodeStrings,
  optional,
  required,
  invalidField,
  type Decoder,
} from '../../fields.ts'
import type { Expression } from './expression.ts'

/** File of a table, with the field names of the Iceberg REST specification (`ContentFile`). */
export interface ContentFile extends JsonObject {
  readonly 'spec-id': number
  /** Values of the partition fields, in the order of the partition spec. */
  readonly partition: readonly Json[]
  readonly 'file-path': string
  readonly 'file-format': string
  readonly 'file-size-in-bytes': Int64
  readonly 'record-count': Int64
  /** Key metadata for decryption, hexadecimal. */
  readonly 'key-metadata'?: string
  readonly 'split-offsets'?: readonly Int64[]
  readonly 'sort-order-id'?: number
}

/** Map from column id to value, as two lists of the same length. */
interface ByColumn<T> extends JsonObject {
  readonly keys: readonly number[]
  readonly values: readonly (T & Json)[]
}

/** File with rows, and its statistics by column id. */
export interface DataFile extends ContentFile {
  readonly content: 'data'
  readonly 'first-row-id'?: Int64
  readonly 'column-sizes'?: ByColumn<Int64>
  readonly 'value-counts'?: ByColumn<Int64>
  readonly 'null-value-counts'?: ByColumn<Int64>
  readonly 'nan-value-counts'?: ByColumn<Int64>
  readonly 'lower-bounds'?: ByColumn<Json>
  readonly 'upper-bounds'?: ByColumn<Json>
}

/** File that lists deleted rows of data files. */
export interface DeleteFile extends ContentFile {
  readonly content: 'position-deletes' | 'equality-deletes'
  readonly 'content-offset'?: Int64
  readonly 'content-size-in-bytes'?: Int64
  readonly 'equality-ids'?: readonly number[]
}

/** Data file to read, with the delete files to apply. */
export interface FileScanTask {
  readonly dataFile: DataFile
  readonly deleteFiles: readonly DeleteFile[]
  /** Part of the filter that the reader must check for each row. Absent: the complete filter. */
  readonly residualFilter?: Expression
}

/** Tasks of a scan: files to read, and plan tasks that return further files (`fetchScanTasks`). */
export interface ScanTasks {
  readonly fileScanTasks: readonly FileScanTask[]
  readonly planTasks: readonly string[]
}

/** Decodes the scan tasks in a response. */
export function decodeScanTasks(body: JsonObject): ScanTasks {
  const deletes = optional(body, 'delete-files', arrayDecoder(decodeDeleteFile)) ?? []
  return {
    planTasks: optional(body, 'plan-tasks', decodeStrings) ?? [],
    fileScanTasks:
      optional(
        body,
        'file-scan-tasks',
        arrayDecoder((value) => decodeTask(value, deletes)),
      ) ?? [],
  }
}

/** Returns a decoder of an array whose items are decoded by `decode`. */
const arrayDecoder =
  <T>(decode: Decoder<T>): Decoder<readonly T[]> =>
  (value) =>
    decodeArray(value, decode)

function decodeTask(value: Json, deletes: readonly DeleteFile[]): FileScanTask {
  const task = decodeObject(value)
  const residual = task['residual-filter']
  return {
    dataFile: required(task, 'data-file', decodeDataFile),
    deleteFiles:
      optional(task, 'delete-file-references', (references) =>
        decodeInt32s(references).map((index) => findDeleteFile(deletes, index)),
      ) ?? [],
    ...(residual === undefined || residual === null ? {} : { residualFilter: residual as Expression }),
  }
}

/**
 * Returns the delete file with this index. Throws an error if the index is unknown, because a scan without the delete
 * file would return deleted rows.
 */
function findDeleteFile(deletes: readonly DeleteFile[], index: number): DeleteFile {
  const found = deletes[index]
  if (found === undefined)
    throw invalidField(
      `delete-file-references contains ${index}, but delete-files has ${deletes.length} items`,
    )
  return found
}

function decodeDataFile(value: Json): DataFile {
  return decodeFile(value, ['data']) as DataFile
}

function decodeDeleteFile(value: Json): DeleteFile {
  return decodeFile(value, ['position-deletes', 'equality-deletes']) as DeleteFile
}

/** Decodes a file. Checks only the fields that every reader needs, and returns all other fields unchanged. */
function decodeFile(value: Json, contents: readonly string[]): JsonObject {
  const file = decodeObject(value)
  // Some servers use the enum names of Java, such as POSITION_DELETES.
  const content = required(file, 'content', decodeString).toLowerCase().replaceAll('_', '-')
  if (!contents.includes(content))
    throw invalidField(`expected content ${contents.join(' or ')}, found ${JSON.stringify(content)}`)
  required(file, 'file-path', decodeString)
  required(file, 'file-format', decodeString)
  required(file, 'file-size-in-bytes', decodeInt64)
  required(file, 'record-count', decodeInt64)
  return file['content'] === content ? file : { ...file, content }
}
