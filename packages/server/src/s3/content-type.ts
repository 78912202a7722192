import type { IncomingHttpHeaders } from 'node:http'

/** The content type that a write names, for the storage. */
export function contentTypeOf(headers: IncomingHttpHeaders): { readonly contentType?: string } {
  const contentType = headers['content-type']
  return contentType === undefined || contentType === '' ? {} : { contentType }
}
