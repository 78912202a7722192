import { SigV4Error } from './sigv4-error.ts'

/** A header as it is sent: its name in any case, and its value. */
export type Header = readonly [name: string, value: string]

/**
 * A request as it goes over the wire. Every string holds one character per byte, as `node:http` gives and takes them:
 * text beyond ASCII is either percent-encoded or the UTF-8 bytes read as Latin-1, and no character is above U+00FF.
 */
export interface WireRequest {
  /** Case matters: `GET`. */
  readonly method: string
  /** Path and query of the request line, never decoded or rewritten: `/bucket/key%20name?uploads`. */
  readonly target: string
  /** In order, repeated headers repeated. A `Headers`, a `Map` and `Object.entries` fit as well. */
  readonly headers: Iterable<Header>
}

/** The `rawHeaders` of `node:http` (name, value, name, value …) as pairs. */
export function headerPairs(rawHeaders: readonly string[]): Header[] {
  const pairs: Header[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    pairs.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''])
  return pairs
}

/** Path and raw query (without `?`) of a request target in origin form (RFC 9112 section 3.2.1). */
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
