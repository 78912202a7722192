import type { SnapshotMode } from '@headgate/iceberg/rest'
import type { StorageAccessResponse } from '../../credentials/wire-form.ts'
import type { Response } from '../../operation/operation.ts'
import type { RemoteMetadata } from '../../upstream/load-result.ts'
import { emptyConfigSuffix } from '../load-result.ts'
import { formatMetadataEtag, plainResponse } from '../responses.ts'

/** Response with metadata of the upstream, and the values on which it depends besides the metadata. */
interface EncodedLoad extends LoadFields {
  readonly etag: string
  readonly response: Response
}

/** Values on which the response to a load depends, besides the metadata. */
export interface LoadFields {
  /** Id of the row of the table or view. */
  readonly rowId: string
  readonly snapshots: SnapshotMode
  /** Null for a response without storage access. */
  readonly access: StorageAccessResponse | null
}

/** The last response for each metadata. `MetadataCache` returns the same object while the upstream sends equal bytes. */
const encodedLoads = new WeakMap<RemoteMetadata, EncodedLoad>()

/** Encodes the response to a load and its ETag, unless the last response for this metadata is equal. */
export function encodeLoad(
  metadata: RemoteMetadata,
  fields: LoadFields,
): Pick<EncodedLoad, 'etag' | 'response'> {
  const last = encodedLoads.get(metadata)
  const { rowId, snapshots, access } = fields
  if (last !== undefined && last.rowId === rowId && last.snapshots === snapshots && last.access === access)
    return last
  const { metadataLocation: location, text } = metadata
  // Without a metadata location, only the metadata itself shows that the table or view has changed.
  const key = `${rowId} ${location ?? text.toString('latin1')}`
  const etag = formatMetadataEtag(key, snapshots, access?.version)
  const { response } = plainResponse(
    { location, text, suffix: access?.suffix ?? emptyConfigSuffix, etag },
    true,
  )
  const encoded = { ...fields, etag, response }
  encodedLoads.set(metadata, encoded)
  return encoded
}
