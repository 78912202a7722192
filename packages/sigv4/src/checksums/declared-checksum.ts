import { singleHeader, tabulateHeaders, type HeaderTable } from '../canonical/canonical-headers.ts'
import { attempt, SigV4Error, type Result } from '../sigv4-error.ts'
import type { Header } from '../wire-request.ts'
import { checksumHeader, checksumLengths, parseChecksumHeader, type ChecksumAlgorithm } from './checksum.ts'

/** Checksum that a request declares in a header `x-amz-checksum-*`. */
export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** Checksum in base64, with the length that the algorithm requires. */
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

/**
 * Validates the base64 text of a checksum, and returns it. Refuses a text that is not a checksum of the algorithm.
 */
export function checksumValue(algorithm: ChecksumAlgorithm, text: string): string {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== checksumLengths[algorithm] || bytes.toString('base64') !== text) {
    throw new SigV4Error('malformed-checksum', `${checksumHeader(algorithm)} must be a checksum in base64`)
  }
  return text
}
