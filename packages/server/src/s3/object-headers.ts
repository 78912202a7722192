import type { ObjectInfo } from '@headgate/storage'
import { quoted } from './conditions.ts'
import { responseOverrides } from './response-overrides.ts'

/** Returns the headers that describe an object, with the overrides in the query of the request. */
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
