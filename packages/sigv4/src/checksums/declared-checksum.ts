import { singleHeader, tabulateHeaders, type HeaderTable } from '../canonical/canonical-headers.ts'
import { attempt, SigV4Error, type Result } from '../sigv4-error.ts'
import type { Header } from '../wire-request.ts'
import { checksumHeader, checksumLengths, parseChecksumHeader, type ChecksumAlgorithm } from './checksum.ts'

/** A checksum that a request declares in a header. */
export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** Base64 in canonical form, of the length of the algorithm. */
  readonly value: string
}

/**
 * Returns the `x-amz-checksum-*` header of a request, if there is one. The caller decides whether it describes the
 * body of this request: in CompleteMultipartUpload it describes the object.
 */
export function declaredChecksum(headers: Iterable<Header>): Result<DeclaredChecksum | undefined> {
  return attempt(() => checksumIn(tabulateHeaders(headers)))
}

function checksumIn(table: HeaderTable): DeclaredChecksum | undefined {
  let found: DeclaredChecksum | undefined
  for (const name of table.keys()) {
    const algorithm = parseChecksumHeader(name)
    if (algorithm === undefined) continue
    if (found !== undefined)
      throw new SigV4Error('malformed-checksum', 'Only one x-amz-checksum header is allowed')
    found = { algorithm, value: checksumValue(algorithm, singleHeader(table, name) ?? '') }
  }
  return found
}

/** Returns a text that is a checksum of the algorithm in base64. Refuses any other text. */
export function checksumValue(algorithm: ChecksumAlgorithm, text: string): string {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== checksumLengths[algorithm] || bytes.toString('base64') !== text) {
    throw new SigV4Error('malformed-checksum', `${checksumHeader(algorithm)} must be a checksum in base64`)
  }
  return text
}
