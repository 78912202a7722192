import { SigV4Error } from './sigv4-error.ts'

/** A header in the form in which it is sent: its name in any case, and its value. */
export type Header = readonly [name: string, value: string]

/**
 * A request in the form in which it is sent. Each string has one character per byte, like the strings of `node:http`:
 * text beyond ASCII is either percent-encoded, or UTF-8 bytes read as Latin-1. No character is above U+00FF.
 */
export interface WireRequest {
  /** HTTP method in its exact case: `GET`. */
  readonly method: string
  /** Path and query of the request line, not decoded or rewritten: `/bucket/key%20name?uploads`. */
  readonly target: string
  /** All headers in order, with repetitions. A `Headers`, a `Map` and `Object.entries` fit as well. */
  readonly headers: Iterable<Header>
}

/** Converts `rawHeaders` of `node:http` (name, value, name, value …) into pairs. */
export function headerPairs(rawHeaders: readonly string[]): Header[] {
  const pairs: Header[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    pairs.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''])
  return pairs
}

/** Splits a request target in origin form (RFC 9112 section 3.2.1) into its path and its raw query, without `?`. */
export function splitTarget(target: string): { path: string; query: string } {
  if (!target.startsWith('/')) {
    throw new SigV4Error('malformed-request', 'The request target must begin with a slash')
  }
  if (target.includes('#')) {
    throw new SigV4Error('malformed-request', 'The request target must not have a fragment')
  }
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}
