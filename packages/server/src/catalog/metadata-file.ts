import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { HeadgateError } from '@headgate/errors'
import { parseMetadataVersion } from '@headgate/iceberg/metadata'
import { type Json, parseBytes } from '@headgate/json'
import type { Bodies } from '../store/relation-writes.ts'
import type { Storage } from '@headgate/storage'
import { digestOfText } from './metadata-digest.ts'
import { type MetadataText, compressText } from './metadata-text.ts'
import { type RelationModel, tableModel } from './relation-model.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** Limits of metadata, in bytes. */
export interface MetadataLimits {
  /** Compressed metadata that a row may contain. */
  readonly rowLimitBytes: number
  /** Metadata file that the server reads and writes. */
  readonly maxMetadataBytes: number
}

/** A metadata file, written or not. */
export interface MetadataFile {
  readonly location: string
  /** The file's bytes: the text, or the text compressed with gzip. */
  readonly content: Buffer
  readonly text: MetadataText
}

/**
 * Composes the metadata file that follows `previous`. Writes nothing.
 *
 * @param previous location of the current file. Null: there is none
 * @throws HeadgateError `bad-request` when the file would be larger than the largest one that the server reads
 */
export async function composeMetadataFile<Metadata>(
  { maxMetadataBytes }: Pick<MetadataLimits, 'maxMetadataBytes'>,
  model: RelationModel<Metadata, never, never>,
  metadata: Metadata,
  previous: string | null,
): Promise<MetadataFile> {
  const name = model.metadataFileName(metadata, previous === null ? 0 : parseMetadataVersion(previous) + 1)
  const text = model.text(metadata)
  if (text.whole.length > maxMetadataBytes) {
    throw new HeadgateError(
      'bad-request',
      `The metadata of the ${model.kind} would have ${text.whole.length} bytes, more than ${maxMetadataBytes}: remove something first, such as old snapshots or properties.`,
    )
  }
  const content = name.includes('.gz.') ? await compress(text.whole) : text.whole
  return { location: `${model.metadataFolder(metadata)}/${name}`, content, text }
}

/**
 * Maximum length, in bytes, of a text whose referenced form is made when a client requests it, which is rare, and not
 * with every commit.
 */
const maxDeferredBytes = 64 * 1024

/**
 * Returns the forms of a metadata text that its row contains. Null: the form exceeds the row's limit or, for the
 * referenced form, it equals the full one or `referencedForm` makes it quickly.
 */
export async function servedBodies<Metadata>(
  model: RelationModel<Metadata, never, never>,
  metadata: Metadata,
  text: MetadataText,
  rowLimitBytes: number,
): Promise<Bodies> {
  const [compressed, digest] = await Promise.all([compressText(text), digestOfText(text.whole)])
  if (compressed.compressed.length > rowLimitBytes) return { body: null, refs: null, digest }
  const referenced = text.whole.length <= maxDeferredBytes ? null : model.referencedOnly(metadata)
  return {
    body: compressed,
    refs: referenced === null ? null : await compressText(model.text(referenced)),
    digest,
  }
}

/** Returns whether a row with a text of this length may contain the full form in place of the referenced one. */
export function lacksReferencedForm(length: number): boolean {
  return length <= maxDeferredBytes
}

/** Returns the text with referenced snapshots only: the same text when it has no others. */
export function referencedForm(text: Buffer, location: string): Buffer {
  const referenced = tableModel.referencedOnly(tableModel.decode(parseMetadataText(text, location)))
  return referenced === null ? text : tableModel.text(referenced).whole
}

/**
 * Reads the text of a metadata file from storage.
 *
 * @throws HeadgateError `no-such-file` with the message that clients look for, `bad-request` for a damaged file
 */
export async function readMetadataText(
  storage: Storage,
  location: string,
  maxBytes: number,
): Promise<Buffer> {
  let content: Buffer
  try {
    content = await storage.getBytes(location, { maxBytes })
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'no-such-file') throw missingMetadataFile(location)
    throw error
  }
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content
  try {
    return await decompress(content, { maxOutputLength: maxBytes })
  } catch (error) {
    throw new HeadgateError('bad-request', `The metadata file is damaged or too large: ${location}`, {
      cause: error,
    })
  }
}

export function missingMetadataFile(location: string): HeadgateError {
  return new HeadgateError('no-such-file', `Failed to open input stream for file: ${location}`)
}

/** Maximum levels of nesting. Requests with the highest HEADGATE_MAX_JSON_DEPTH create metadata with fewer levels. */
const maxMetadataDepth = 1000

/**
 * Parses the JSON of a metadata file.
 *
 * @throws HeadgateError `bad-request` with the location of a file that is not JSON
 */
export function parseMetadataText(text: Buffer, location: string): Json {
  try {
    return parseBytes(text, { maxDepth: maxMetadataDepth, keepNumberText: true })
  } catch (error) {
    throw new HeadgateError('bad-request', `The file is not Iceberg metadata: ${location}`, { cause: error })
  }
}
