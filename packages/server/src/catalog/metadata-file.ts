import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { HeadgateError } from '@headgate/errors'
import { metadataVersionOf } from '@headgate/iceberg/metadata'
import { type Json, parseBytes } from '@headgate/json'
import type { Bodies } from '../store/relation-writes.ts'
import type { Storage } from '../storage/storage.ts'
import { digestOfText } from './metadata-digest.ts'
import { type MetadataText, packText } from './metadata-text.ts'
import type { CatalogParts } from './parts.ts'
import { type RelationModel, tableModel } from './relation-model.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** A metadata file ready to be written. */
export interface MetadataFile {
  readonly location: string
  /** The file's bytes: the text, or the text gzipped. */
  readonly content: Buffer
  readonly text: Buffer
  /** Returns what is served of it, with its digest. Made on the first call: there is time while the file is being written. */
  bodies(): Promise<Bodies>
}

/**
 * Writes nothing: gives the file that follows `previous` (null: the first).
 *
 * @throws HeadgateError `bad-request` when it would be larger than what is read: nobody could load it any more
 */
export async function composeMetadataFile<Metadata>(
  { rowLimitBytes, maxMetadataBytes }: Pick<CatalogParts, 'rowLimitBytes' | 'maxMetadataBytes'>,
  model: RelationModel<Metadata, never, never>,
  metadata: Metadata,
  previous: string | null,
): Promise<MetadataFile> {
  const name = model.metadataFileName(metadata, previous === null ? 0 : metadataVersionOf(previous) + 1)
  const text = model.text(metadata)
  if (text.whole.length > maxMetadataBytes) {
    throw new HeadgateError(
      'bad-request',
      `The metadata of the ${model.kind} would have ${text.whole.length} bytes, more than ${maxMetadataBytes}: take something out of it first, such as old snapshots or properties.`,
    )
  }
  const content = name.includes('.gz.') ? await compress(text.whole) : text.whole
  const location = `${model.metadataFolder(metadata)}/${name}`
  return metadataFile({ location, content, text: text.whole }, () =>
    bodiesOf(model, metadata, text, rowLimitBytes),
  )
}

/** Returns a metadata file whose bodies are made once. */
export function metadataFile(
  file: Omit<MetadataFile, 'bodies'>,
  makeBodies: () => Promise<Bodies>,
): MetadataFile {
  let bodies: Promise<Bodies> | undefined
  return { ...file, bodies: () => (bodies ??= makeBodies()) }
}

/** Up to here the referenced form is made when somebody asks for it, which is rare, and not with every commit. Bytes of text. */
const smallEnough = 64 * 1024

/**
 * The forms kept in the row; null where they are over its limit or, for the referenced form, the same as the full one or
 * quickly made of it (`referencedForm`).
 */
export async function bodiesOf<Metadata>(
  model: RelationModel<Metadata, never, never>,
  metadata: Metadata,
  text: MetadataText,
  rowLimitBytes: number,
): Promise<Bodies> {
  const [packed, digest] = await Promise.all([packText(text), digestOfText(text.whole)])
  if (packed.packed.length > rowLimitBytes) return { body: null, refs: null, digest }
  const referenced = text.whole.length <= smallEnough ? null : model.referencedOnly(metadata)
  return {
    body: packed,
    refs: referenced === null ? null : await packText(model.text(referenced)),
    digest,
  }
}

/** Whether a row with a text of this length may hold the full form in place of the referenced one. */
export function lacksReferencedForm(length: number): boolean {
  return length <= smallEnough
}

/** The text with referenced snapshots only; the same text when it has no others. */
export function referencedForm(text: Buffer, location: string): Buffer {
  const referenced = tableModel.referencedOnly(tableModel.decode(parseMetadataText(text, location)))
  return referenced === null ? text : tableModel.text(referenced).whole
}

/** The text of a metadata file in storage. Throws `no-such-file` with the words clients look for when it is gone. */
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
 * Levels of nesting that are read: more than any metadata has that requests of the highest limit make
 * (HEADGATE_MAX_JSON_DEPTH).
 */
const maxMetadataDepth = 1000

/** JSON of a metadata file; a file that is no JSON is the caller's mistake (register) or damage, and is named. */
export function parseMetadataText(text: Buffer, location: string): Json {
  try {
    return parseBytes(text, { maxDepth: maxMetadataDepth, keepNumberText: true })
  } catch (error) {
    throw new HeadgateError('bad-request', `The file is not Iceberg metadata: ${location}`, { cause: error })
  }
}
