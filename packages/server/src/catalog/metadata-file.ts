import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { HeadgateError } from '@headgate/errors'
import { parseMetadataVersion } from '@headgate/iceberg/metadata'
import { type Json, parseBytes } from '@headgate/json'
import type { TextColumns } from '../store/relation-writes.ts'
import type { Storage } from '@headgate/storage'
import { digestOfText } from './metadata-digest.ts'
import { type MetadataText, compressText } from './metadata-text.ts'
import { type RelationModel, tableModel } from './relation-model.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** Size limits of metadata, in bytes. */
export interface MetadataLimits {
  /**
   * Maximum size of the compressed metadata text in a database row. Larger metadata is stored only in the
   * file.
   */
  readonly rowLimitBytes: number
  /** Maximum size of a metadata file that the server reads or writes. */
  readonly maxMetadataBytes: number
}

/** Metadata file with its location and content, before or after it is written to storage. */
export interface MetadataFile {
  readonly location: string
  /** Bytes of the file: the metadata text, or the gzip-compressed text. */
  readonly content: Buffer
  readonly text: MetadataText
}

/**
 * Composes the next metadata file after `previous`. Does not write it to storage.
 *
 * @param previous location of the current metadata file. Null for a new relation
 * @throws HeadgateError `bad-request` when the text exceeds `maxMetadataBytes`
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
      `The metadata of the ${model.kind} would have ${text.whole.length} bytes, more than ${maxMetadataBytes}. Remove old snapshots or properties first.`,
    )
  }
  const content = name.includes('.gz.') ? await compress(text.whole) : text.whole
  return { location: `${model.metadataFolder(metadata)}/${name}`, content, text }
}

/**
 * Maximum length in bytes of a metadata text for which a commit does not also store the text with referenced
 * snapshots only. The server computes this form when a client requests it, which is rare.
 */
const maxDeferredBytes = 64 * 1024

/**
 * Returns the compressed forms of a metadata text for its row: `body` with all snapshots, `refs` with
 * referenced snapshots only. A form is null when it exceeds `rowLimitBytes`. `refs` is also null when it is
 * equal to `body`, or when the text is so short that `referencedForm` computes it quickly.
 */
export async function composeTextColumns<Metadata>(
  model: RelationModel<Metadata, never, never>,
  metadata: Metadata,
  text: MetadataText,
  rowLimitBytes: number,
): Promise<TextColumns> {
  const [compressed, digest] = await Promise.all([compressText(text), digestOfText(text.whole)])
  if (compressed.compressed.length > rowLimitBytes) return { body: null, refs: null, digest }
  const referenced = text.whole.length <= maxDeferredBytes ? null : model.referencedOnly(metadata)
  return {
    body: compressed,
    refs: referenced === null ? null : await compressText(model.text(referenced)),
    digest,
  }
}

/**
 * Returns whether the row of a metadata text with this length contains no text with referenced snapshots
 * only, so that `referencedForm` must compute it.
 */
export function lacksReferencedForm(length: number): boolean {
  return length <= maxDeferredBytes
}

/**
 * Returns the metadata text with referenced snapshots only. Returns the same text when all snapshots are referenced.
 */
export function referencedForm(text: Buffer, location: string): Buffer {
  const referenced = tableModel.referencedOnly(tableModel.decode(parseMetadataText(text, location)))
  return referenced === null ? text : tableModel.text(referenced).whole
}

/**
 * Reads the text of a metadata file from storage.
 *
 * @throws HeadgateError `no-such-file` with a message that Iceberg clients recognize, or `bad-request` for a damaged
 *   file
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

/**
 * Maximum nesting depth of the JSON in a metadata file. Metadata that the server writes never exceeds this
 * depth, even with the highest value of HEADGATE_MAX_JSON_DEPTH.
 */
const maxMetadataDepth = 1000

/**
 * Parses the JSON of a metadata file.
 *
 * @throws HeadgateError `bad-request`, with the location of the file, when the text is not valid JSON
 */
export function parseMetadataText(text: Buffer, location: string): Json {
  try {
    return parseBytes(text, { maxDepth: maxMetadataDepth, keepNumberText: true })
  } catch (error) {
    throw new HeadgateError('bad-request', `The file is not Iceberg metadata: ${location}`, { cause: error })
  }
}
