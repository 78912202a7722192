import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { UpstreamResponse } from './read-response.ts'

const decompress = promisify(gunzip)

/**
 * Error codes for a body that exceeds the size limit: of undici for the received body, and of zlib for the
 * decompressed body.
 */
export const tooLargeCodes: ReadonlySet<string> = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'ERR_BUFFER_TOO_LARGE',
])

/**
 * Returns the response with its body decompressed. Responses without `Content-Encoding: gzip` are returned unchanged.
 *
 * @param maxBytes maximum size of the decompressed body
 * @throws Error of `node:zlib` with a code in `tooLargeCodes` for a larger body, and other codes for a malformed body
 */
export async function decodeBody(response: UpstreamResponse, maxBytes: number): Promise<UpstreamResponse> {
  const encoding = response.headers.get('content-encoding')?.trim().toLowerCase()
  if ((encoding !== 'gzip' && encoding !== 'x-gzip') || response.body.length === 0) return response
  return { ...response, body: await decompress(response.body, { maxOutputLength: maxBytes }) }
}
