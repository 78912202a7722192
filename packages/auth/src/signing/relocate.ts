import { type HeaderList, withoutHeaders } from '@headgate/http'

/** What a signature takes for itself. */
const taken = [
  'Authorization',
  'X-Amz-Date',
  'X-Amz-Content-Sha256',
  'X-Amz-Security-Token',
  'X-Amz-Region-Set',
]

/**
 * The headers, with those that the signature takes for itself moved to `Original-…`, where they are signed: the
 * identity below the signature travels in `Original-Authorization` (Iceberg `RESTSigV4AuthManager`).
 */
export function relocate(headers: HeaderList): HeaderList {
  const names = new Map(taken.map((name) => [name.toLowerCase(), `Original-${name}`]))
  const moved = headers.filter(([name]) => names.has(name.toLowerCase()))
  if (moved.length === 0) return headers
  const originals = moved.map(([name]) => names.get(name.toLowerCase()) ?? name)
  return withoutHeaders(headers, ...originals).map(([name, value]) => [
    names.get(name.toLowerCase()) ?? name,
    value,
  ])
}
