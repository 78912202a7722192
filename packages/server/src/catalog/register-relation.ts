import { HeadgateError } from '@headgate/errors'
import type { Json } from '@headgate/json'
import type { Bodies } from '../store/relation-writes.ts'
import { checkLocations } from './locations.ts'
import {
  bodiesOf,
  metadataFile,
  type MetadataFile,
  parseMetadataText,
  readMetadataText,
} from './metadata-file.ts'
import { metadataTextOf } from './metadata-text.ts'
import type { CatalogParts } from './parts.ts'
import type { RelationModel } from './relation-model.ts'
import type { Warehouse } from './warehouses.ts'

/** A metadata file that somebody else wrote, read and checked. */
export interface ForeignFile<Metadata> {
  readonly metadata: Metadata
  readonly file: MetadataFile
}

/**
 * Reads a metadata file that is to be registered. Its bytes are served as they are, so that nothing in it is lost.
 *
 * @throws HeadgateError `forbidden` when it lies outside the warehouse's allowed locations, `no-such-file`,
 *   `bad-request` when it is not Iceberg metadata of this kind, or has numbers such as 1e400
 */
export async function readForeignFile<Metadata>(
  parts: CatalogParts,
  model: RelationModel<Metadata, never, never>,
  warehouse: Warehouse,
  location: string,
): Promise<ForeignFile<Metadata>> {
  checkLocations(warehouse, [location])
  const text = await readMetadataText(warehouse.storage, location, parts.maxMetadataBytes)
  const json = parseMetadataText(text, location)
  // It would be served as it is, but no commit could ever write it again.
  if (holdsInfinity(json))
    throw new HeadgateError('bad-request', `The metadata file ${location} holds a number that is too large.`)
  const metadata = model.decode(json)
  const bodies = (): Promise<Bodies> => bodiesOf(model, metadata, metadataTextOf(text), parts.rowLimitBytes)
  return { metadata, file: metadataFile({ location, content: text, text }, bodies) }
}

/** JSON knows larger numbers than any reader of it. */
function holdsInfinity(value: Json | undefined): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((member) => holdsInfinity(member))
  )
}
