import { stringify, type Json } from '@headgate/json'
import { encodeIdentifier, encodeSegment, strictEncode, type Identifier } from '../model/identifier.ts'
import type { Operation } from '../model/operations.ts'

/** Members of a request, by the protocol's names. */
export type Members = Readonly<Record<string, unknown>>

/**
 * The URL of a request.
 *
 * @param members `id` and `index_name` go into the path, the operation's `query` behind it
 * @throws {HeadgateError} bad-request, for names that a URL cannot carry
 */
export function requestUrl(
  uri: string,
  { path, query }: Operation,
  members: Members,
  delimiter: string,
): string {
  const at = path
    .replace('{id}', () => encodeIdentifier((members['id'] ?? []) as Identifier, delimiter))
    .replace('{index_name}', () => encodeSegment(String(members['index_name']), 'index name'))
  const pairs = [['delimiter', delimiter], ...query.flatMap((name) => queryPair(name, members[name]))]
  return `${uri}${at}?${pairs.map(([name = '', value = '']) => `${name}=${strictEncode(value)}`).join('&')}`
}

/** A map travels as JSON; nothing travels as nothing. */
function queryPair(name: string, value: unknown): readonly [string, string][] {
  if (value === undefined || value === null) return []
  return [[name, typeof value === 'string' ? value : stringify(value as Json)]]
}
