import type { SigningRules } from '../rules.ts'
import { SigV4Error } from '../sigv4-error.ts'
import { canonicalHeaders, type HeaderTable } from './canonical-headers.ts'
import { canonicalPath } from './canonical-path.ts'
import { canonicalQuery, type QueryParameter } from './canonical-query.ts'

/** What a canonical request is made of, but for the hash of the payload. */
export interface CanonicalParts {
  readonly method: string
  readonly path: string
  readonly parameters: readonly QueryParameter[]
  readonly headers: HeaderTable
  readonly signedHeaders: readonly string[]
  readonly rules: SigningRules
}

/** The canonical request up to the payload's hash, which is its last line. */
export function canonicalHead(parts: CanonicalParts): string {
  if (!/^[A-Za-z]{1,32}$/.test(parts.method)) {
    throw new SigV4Error('malformed-request', 'The request method must be a word')
  }
  return [
    parts.method,
    canonicalPath(parts.path, parts.rules),
    canonicalQuery(parts.parameters),
    canonicalHeaders(parts.headers, parts.signedHeaders),
    parts.signedHeaders.join(';'),
    '',
  ].join('\n')
}
