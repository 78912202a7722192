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

/** A file of a table (Iceberg REST specification, `ContentFile`), with the specification's own names. */
export interface ContentFile extends JsonObject {
  readonly 'spec-id': number
  /** Values of the partition's fields, in the order of the spec. */
  readonly partition: readonly Json[]
  readonly 'file-path': string
  readonly 'file-format': string
  readonly 'file-size-in-bytes': Int64
  readonly 'record-count': Int64
  /** Hexadecimal. */
  readonly 'key-metadata'?: string
  readonly 'split-offsets'?: readonly Int64[]
  readonly 'sort-order-id'?: number
}

/** Values by column ids, as two lists of the same length. */
export interface ByColumn<T> extends JsonObject {
  readonly keys: readonly number[]
  readonly values: readonly (T & Json)[]
}

/** A file of rows, with its statistics by column id. */
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

/** A file that says which rows of others are deleted. */
export interface DeleteFile extends ContentFile {
  readonly content: 'position-deletes' | 'equality-deletes'
  readonly 'content-offset'?: Int64
  readonly 'content-size-in-bytes'?: Int64
  readonly 'equality-ids'?: readonly number[]
}

/** A file to read, with the deletes to apply. */
export interface FileScanTask {
  readonly dataFile: DataFile
  readonly deleteFiles: readonly DeleteFile[]
  /** What is left of the filter to check for each row. Missing: the filter itself. */
  readonly residualFilter?: Expression
}

/** Work of a scan: files to read, and tasks that give more of them (`fetchScanTasks`). */
export interface ScanTasks {
  readonly fileScanTasks: readonly FileScanTask[]
  readonly planTasks: readonly string[]
}

export function readScanTasks(body: JsonObject): ScanTasks {
  const deletes = optional(body, 'delete-files', listOf(decodeDeleteFile)) ?? []
  return {
    planTasks: optional(body, 'plan-tasks', decodeStrings) ?? [],
    fileScanTasks:
      optional(
        body,
        'file-scan-tasks',
        listOf((value) => decodeTask(value, deletes)),
      ) ?? [],
  }
}

const listOf =
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
        decodeInt32s(references).map((index) => deleteAt(deletes, index)),
      ) ?? [],
    ...(residual === undefined || residual === null ? {} : { residualFilter: residual as Expression }),
  }
}

/** Leaving a delete out would bring back rows that are gone. */
function deleteAt(deletes: readonly DeleteFile[], index: number): DeleteFile {
  const found = deletes[index]
  if (found === undefined) throw invalidField(`there is no delete file ${index}`)
  return found
}

function decodeDataFile(value: Json): DataFile {
  return decodeFile(value, ['data']) as DataFile
}

function decodeDeleteFile(value: Json): DeleteFile {
  return decodeFile(value, ['position-deletes', 'equality-deletes']) as DeleteFile
}

/** Checks what every reader needs; the rest is as it came. */
function decodeFile(value: Json, contents: readonly string[]): JsonObject {
  const file = decodeObject(value)
  // Servers spell it as enums of Java, too.
  const content = required(file, 'content', decodeString).toLowerCase().replaceAll('_', '-')
  if (!contents.includes(content))
    throw invalidField(`content ${JSON.stringify(content)} where ${contents.join(' or ')} is due`)
  required(file, 'file-path', decodeString)
  required(file, 'file-format', decodeString)
  required(file, 'file-size-in-bytes', decodeInt64)
  required(file, 'record-count', decodeInt64)
  return file['content'] === content ? file : { ...file, content }
}
