import type { Json } from '@headgate/json'
import { decodeObject } from '../fields.ts'
import { checkFullNamesIn } from '../metadata/schema/check-full-names.ts'
import { checkNewSchema } from '../metadata/schema/check-new-schema.ts'
import { refuseNullDefaults, refuseNulls } from '../null-members.ts'
import { decodeViewMetadata } from './decode-view-metadata.ts'
import { checkRepresentations } from './dialects.ts'
import type { ViewMetadata } from './view-metadata.ts'

/**
 * Decodes the metadata file of a view that a client registers. Clients receive the content of the file unchanged, so
 * engines must be able to read it. In addition to `decodeViewMetadata`, refuses null for members that must be
 * omitted, and checks schemas and versions like new ones.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeRegisteredView(value: Json): ViewMetadata {
  const document = decodeObject(value)
  checkFullNamesIn(document)
  const metadata = decodeViewMetadata(value)
  refuseNulls(document, ['properties'])
  refuseNullDefaults(document['schemas'])
  metadata.schemas.forEach(checkNewSchema)
  metadata.versions.forEach(checkRepresentations)
  return metadata
}
