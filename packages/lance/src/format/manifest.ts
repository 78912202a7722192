import { protobufFields, ProtobufError, type ProtobufField } from './protobuf.ts'
import { readFragment, type Fragment } from './fragment.ts'
import { readIndices, type IndexEntry } from './index-entry.ts'
import { readField, readTextEntry, type ManifestField } from './manifest-field.ts'
import { text, toInteger } from './values.ts'

/** Content of a manifest: one version of a Lance table. */
export interface Manifest {
  readonly version: number
  /** Time at which the version was committed, in epoch ms. Null if the manifest contains no time. */
  readonly timestampMs: number | null
  /** All columns, also nested ones, in depth-first order. */
  readonly fields: readonly ManifestField[]
  readonly schemaMetadata: Readonly<Record<string, string>>
  readonly tableMetadata: Readonly<Record<string, string>>
  readonly fragments: readonly Fragment[]
  readonly indices: readonly IndexEntry[]
  /** Name of the branch. Null for the main branch. */
  readonly branch: string | null
  /** Locations of other tables whose files this version uses (shallow clones). */
  readonly basePaths: readonly string[]
}

const magic = 'LANC'
/**
 * Length of the end of a manifest file in bytes: position of the manifest (8), version of the format (4), magic
 * number (4).
 */
const footerLength = 16
const lengthBytes = 4

/**
 * Error for bytes that are not a manifest of a Lance table.
 *
 * @example
 * ```ts
 * try {
 *   readManifest(new Uint8Array(16))
 * } catch (error) {
 *   console.log(error instanceof ManifestError) // true
 * }
 * ```
 */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}

/** Version and branch of a manifest. */
export type ManifestHead = Pick<Manifest, 'version' | 'branch'>

/**
 * Reads only the version and the branch of a manifest file, without its columns and fragments.
 *
 * @throws {ManifestError}
 *
 * @example
 * ```ts
 * try {
 *   readManifestHead(new Uint8Array(16))
 * } catch (error) {
 *   console.log(error instanceof ManifestError) // true
 * }
 * ```
 */
export function readManifestHead(file: Uint8Array): ManifestHead {
  return readOrRefuse(() => {
    let [version, branch]: [number, string | null] = [0, null]
    for (const { number, integer, bytes } of protobufFields(messageAt(file, manifestPosition(file)))) {
      if (number === 3) version = toInteger(integer)
      if (number === 20) branch = branchName(bytes)
    }
    return { version, branch }
  })
}

/**
 * Reads a manifest file of a Lance table (`_versions/*.manifest`).
 *
 * @throws {ManifestError}
 *
 * @example
 * ```ts
 * try {
 *   readManifest(new Uint8Array(16))
 * } catch (error) {
 *   console.log(error instanceof ManifestError) // true
 * }
 * ```
 */
export function readManifest(file: Uint8Array): Manifest {
  return readOrRefuse(() => decodeManifest(file))
}

function readOrRefuse<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ProtobufError) && !(error instanceof RangeError)) throw error
    throw new ManifestError(`The file is not a manifest of a Lance table: ${error.message}.`, {
      cause: error,
    })
  }
}

function decodeManifest(file: Uint8Array): Manifest {
  const members = collect(messageAt(file, manifestPosition(file)))
  const time = members.timestamp === null ? null : readTimestamp(members.timestamp)
  return {
    version: members.version,
    timestampMs: time,
    fields: members.fields,
    schemaMetadata: Object.fromEntries(members.schemaMetadata),
    tableMetadata: Object.fromEntries(members.tableMetadata),
    fragments: members.fragments,
    indices: members.indexSection === null ? [] : readIndices(messageAt(file, members.indexSection)),
    branch: members.branch,
    basePaths: members.basePaths,
  }
}

/** Returns the offset of the manifest in its file. */
function manifestPosition(file: Uint8Array): number {
  const footer = file.length - footerLength
  if (footer < 0 || text(file.subarray(-magic.length)) !== magic)
    throw new ProtobufError('the file does not end with the letters LANC')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  return toInteger(view.getBigUint64(footer, true))
}

/** Returns the name of the branch in a manifest. Null for the main branch, whose name is absent or empty. */
function branchName(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : text(bytes)
}

/**
 * Returns the bytes of the protobuf message at an offset. Four bytes at this offset contain the length of the
 * message.
 */
function messageAt(file: Uint8Array, offset: number): Uint8Array {
  const start = offset + lengthBytes
  if (start > file.length) throw new ProtobufError('it is truncated')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const end = start + view.getUint32(offset, true)
  if (end > file.length) throw new ProtobufError('it is truncated')
  return file.subarray(start, end)
}

interface Members {
  version: number
  timestamp: Uint8Array | null
  indexSection: number | null
  branch: string | null
  readonly fields: ManifestField[]
  readonly fragments: Fragment[]
  readonly schemaMetadata: [string, string][]
  readonly tableMetadata: [string, string][]
  readonly basePaths: string[]
}

/** Functions that read the fields of a manifest, by their numbers in the specification of the format. */
const readers: Readonly<Record<number, (members: Members, field: ProtobufField) => unknown>> = {
  1: (members, { bytes }) => members.fields.push(readField(bytes)),
  2: (members, { bytes }) => members.fragments.push(readFragment(bytes)),
  3: (members, { integer }) => (members.version = toInteger(integer)),
  5: (members, { bytes }) => members.schemaMetadata.push(readTextEntry(bytes)),
  6: (members, { integer }) => (members.indexSection = toInteger(integer)),
  7: (members, { bytes }) => (members.timestamp = bytes),
  18: (members, { bytes }) => members.basePaths.push(readBasePath(bytes)),
  19: (members, { bytes }) => members.tableMetadata.push(readTextEntry(bytes)),
  20: (members, { bytes }) => (members.branch = branchName(bytes)),
}

function collect(message: Uint8Array): Members {
  const members: Members = {
    version: 0,
    timestamp: null,
    indexSection: null,
    branch: null,
    fields: [],
    fragments: [],
    schemaMetadata: [],
    tableMetadata: [],
    basePaths: [],
  }
  for (const field of protobufFields(message)) readers[field.number]?.(members, field)
  return members
}

function readTimestamp(message: Uint8Array): number {
  let [seconds, nanos] = [0, 0]
  for (const { number, integer } of protobufFields(message)) {
    if (number === 1) seconds = toInteger(integer)
    if (number === 2) nanos = toInteger(integer)
  }
  return seconds * 1000 + Math.trunc(nanos / 1_000_000)
}

function readBasePath(message: Uint8Array): string {
  for (const { number, bytes } of protobufFields(message)) if (number === 4) return text(bytes)
  return ''
}
