import type { Json } from '@headgate/json'
import { decodeObject } from '../fields.ts'
import { checkNewSchema } from '../metadata/schema/check-new-schema.ts'
import { refuseNullDefaults, refuseNulls } from '../null-members.ts'
import { decodeViewMetadata } from './decode-view-metadata.ts'
import { checkRepresentations } from './dialects.ts'
import type { ViewMetadata } from './view-metadata.ts'

/**
 * Decodes the metadata file of a view that is to be registered. The file is served as it is, so that engines must be able
 * to read it, beyond what `decodeViewMetadata` asks: no null where members must be left out, schemas and versions as
 * new ones.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeRegisteredView(value: Json): ViewMetadata {
  const metadata = decodeViewMetadata(value)
  const document = decodeObject(value)
  refuseNulls(document, ['properties'])
  refuseNullDefaults(document['schemas'])
  metadata.schemas.forEach(checkNewSchema)
  metadata.versions.forEach(checkRepresentations)
  return metadata
}
