import type { ObjectInfo } from '@headgate/storage'
import { quoted } from './conditions.ts'
import { responseOverrides } from './response-overrides.ts'

/**
 * Returns the response headers that describe an object. Parameters in the query of the request, such as
 * `response-content-type`, replace their values.
 */
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
