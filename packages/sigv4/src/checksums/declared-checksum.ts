import { singleHeader, tabulateHeaders, type HeaderTable } from '../canonical/canonical-headers.ts'
import { attempt, SigV4Error, type Result } from '../sigv4-error.ts'
import type { Header } from '../wire-request.ts'
import { checksumHeader, checksumLengths, checksumOfHeader, type ChecksumAlgorithm } from './checksum.ts'

/** A checksum as a request declares it. */
export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** Base64, of the right length and in the one right spelling. */
  readonly value: string
}

/**
 * The `x-amz-checksum-*` header of a request, if there is one. Whether it speaks of this request's body is for the
 * caller to know: in CompleteMultipartUpload it speaks of the object.
 */
export function declaredChecksum(headers: Iterable<Header>): Result<DeclaredChecksum | undefined> {
  return attempt(() => checksumIn(tabulateHeaders(headers)))
}

function checksumIn(table: HeaderTable): DeclaredChecksum | undefined {
  let found: DeclaredChecksum | undefined
  for (const name of table.keys()) {
    const algorithm = checksumOfHeader(name)
    if (algorithm === undefined) continue
    if (found !== undefined) throw new SigV4Error('malformed-checksum', 'Only one checksum may be declared')
    found = { algorithm, value: checksumValue(algorithm, singleHeader(table, name) ?? '') }
  }
  return found
}

/** Checks that a text is a checksum of that algorithm in base64. */
export function checksumValue(algorithm: ChecksumAlgorithm, text: string): string {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== checksumLengths[algorithm] || bytes.toString('base64') !== text) {
    throw new SigV4Error('malformed-checksum', `${checksumHeader(algorithm)} must be a checksum in base64`)
  }
  return text
}
