import type { SigningRules } from '../rules.ts'
import { SigV4Error } from '../sigv4-error.ts'
import { canonicalHeaders, type HeaderTable } from './canonical-headers.ts'
import { canonicalPath } from './canonical-path.ts'
import { canonicalQuery, type QueryParameter } from './canonical-query.ts'

/** Parts of a canonical request of Signature Version 4, except the hash of the payload. */
export interface CanonicalParts {
  readonly method: string
  readonly path: string
  readonly parameters: readonly QueryParameter[]
  readonly headers: HeaderTable
  readonly signedHeaders: readonly string[]
  readonly rules: SigningRules
}

/** Returns the canonical request without its last line, the hash of the payload. */
export function canonicalHead(parts: CanonicalParts): string {
  if (!/^[A-Za-z]{1,32}$/.test(parts.method)) {
    throw new SigV4Error('malformed-request', 'The request method must consist of letters')
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
