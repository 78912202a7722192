import { HeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'
import type { RelationRow } from '../store/relations.ts'
import { digestOfText } from './metadata-digest.ts'
import { parseMetadataText, readMetadataText } from './metadata-file.ts'
import { isPlaceWithin, recordedPrefixes } from './own-places.ts'
import { tableModel, viewModel } from './relation-model.ts'

/** Columns of a relation's row by which the server verifies the content of its metadata file. */
export type RecordedMetadata = Pick<
  RelationRow,
  'kind' | 'uuid' | 'metadataLocation' | 'digest' | 'location' | 'prefixes'
>

/**
 * Reads the text of a relation's metadata file from storage and verifies it. The server does not trust the content of
 * the file, because clients can write to the location of their tables.
 *
 * @throws HeadgateError `damaged-metadata` when the text is not the one that was committed; `no-such-file`
 */
export async function readRecordedMetadata(
  storage: Storage,
  recorded: RecordedMetadata,
  maxBytes: number,
): Promise<Buffer> {
  const text = await readMetadataText(storage, recorded.metadataLocation, maxBytes).catch(
    (cause: unknown) => {
      const isDamage =
        cause instanceof HeadgateError && (cause.code === 'bad-request' || cause.code === 'payload-too-large')
      throw isDamage ? damagedMetadata(recorded, { cause }) : cause
    },
  )
  await verifyMetadataText(text, recorded)
  return text
}

/**
 * Verifies a metadata text that was read from storage: against the digest in the row, or, if the row has no
 * digest yet, against the UUID and the locations in the row.
 *
 * @throws HeadgateError `damaged-metadata`
 */
async function verifyMetadataText(text: Buffer, recorded: RecordedMetadata): Promise<void> {
  const isRecorded =
    recorded.digest === null ? matchesRow(text, recorded) : (await digestOfText(text)) === recorded.digest
  if (!isRecorded) throw damagedMetadata(recorded)
}

/** Returns whether the UUID and all locations in a metadata text are equal to those in the relation's row. */
function matchesRow(text: Buffer, recorded: RecordedMetadata): boolean {
  try {
    return recorded.kind === 'table'
      ? matches(tableModel, text, recorded)
      : matches(viewModel, text, recorded)
  } catch {
    return false
  }
}

type Model<Metadata> = {
  decode(value: ReturnType<typeof parseMetadataText>): Metadata
  uuid(metadata: Metadata): string | null
  location(metadata: Metadata): string
  locations(metadata: Metadata): readonly string[]
}

function matches<Metadata>(model: Model<Metadata>, text: Buffer, recorded: RecordedMetadata): boolean {
  const metadata = model.decode(parseMetadataText(text, recorded.metadataLocation))
  const prefixes = recordedPrefixes(recorded)
  return (
    (model.uuid(metadata) ?? recorded.uuid) === recorded.uuid &&
    model.location(metadata) === recorded.location &&
    model.locations(metadata).every((location) => isPlaceWithin(location, prefixes))
  )
}

/** Returns the error for a metadata file whose content does not match the row of its relation. */
export function damagedMetadata(
  { kind, metadataLocation }: Pick<RecordedMetadata, 'kind' | 'metadataLocation'>,
  options?: ErrorOptions,
): HeadgateError {
  const repair =
    kind === 'table'
      ? 'Register a valid metadata file of the table with "headgate table register NAME METADATA-LOCATION --overwrite", or restore this file from a backup.'
      : 'Restore this file from a backup, or drop the view and create it again.'
  return new HeadgateError(
    'damaged-metadata',
    `The metadata file ${metadataLocation} was changed in storage: its content is not the content that was committed. ${repair}`,
    options,
  )
}
