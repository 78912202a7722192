import type { ObjectInfo } from '../storage/storage.ts'
import { quoted } from './conditions.ts'
import { responseOverrides } from './response-overrides.ts'

/** What a read says of an object, and what it was asked to say instead. */
export function objectHeaders(
  { etag, lastModified, contentType }: ObjectInfo,
  parameters: ReadonlyMap<string, string>,
): Record<string, string> {
  return {
    'accept-ranges': 'bytes',
    etag: quoted(etag),
    'last-modified': new Date(lastModified).toUTCString(),
    'content-type': contentType ?? 'binary/octet-stream',
    ...responseOverrides(parameters),
  }
}
