import type { IncomingHttpHeaders } from 'node:http'

/** Returns the content type that an upload request declares, as an option for the storage. */
export function readContentType(headers: IncomingHttpHeaders): { readonly contentType?: string } {
  const contentType = headers['content-type']
  return contentType === undefined || contentType === '' ? {} : { contentType }
}
