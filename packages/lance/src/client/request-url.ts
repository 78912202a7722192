import { stringify, type Json } from '@headgate/json'
import { encodeIdentifier, encodeSegment, strictEncode, type Identifier } from '../model/identifier.ts'
import type { Operation } from '../model/operations.ts'

/** Members of a request by their names in the protocol. */
export type Members = Readonly<Record<string, unknown>>

/**
 * Creates the URL of a request to an operation.
 *
 * @param members contains `id` and `index_name` for the path, and the query parameters of the operation
 * @throws {HeadgateError} bad-request, for names that a URL cannot contain
 */
export function requestUrl(
  uri: string,
  { path: template, query }: Operation,
  members: Members,
  delimiter: string,
): string {
  const path = template
    .replace('{id}', () => encodeIdentifier((members['id'] ?? []) as Identifier, delimiter))
    .replace('{index_name}', () => encodeSegment(String(members['index_name']), 'index name'))
  const pairs = [['delimiter', delimiter], ...query.flatMap((name) => toQueryPairs(name, members[name]))]
  return `${uri}${path}?${pairs.map(([name = '', value = '']) => `${name}=${strictEncode(value)}`).join('&')}`
}

/**
 * Converts a member of a request to query parameters. Null is omitted, a string is sent as its text, and other values
 * are sent as JSON.
 */
function toQueryPairs(name: string, value: unknown): readonly [string, string][] {
  if (value === undefined || value === null) return []
  return [[name, typeof value === 'string' ? value : stringify(value as Json)]]
}
