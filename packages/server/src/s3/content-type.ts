import type { IncomingHttpHeaders } from 'node:http'

/** Returns the content type of a write, for the storage. */
export function contentTypeOf(headers: IncomingHttpHeaders): { readonly contentType?: string } {
  const contentType = headers['content-type']
  return contentType === undefined || contentType === '' ? {} : { contentType }
}
