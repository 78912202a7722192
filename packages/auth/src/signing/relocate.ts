import { type HeaderList, withoutHeaders } from '@headgate/http'

/** Names of the headers that the signature sets. */
const signatureHeaders = [
  'Authorization',
  'X-Amz-Date',
  'X-Amz-Content-Sha256',
  'X-Amz-Security-Token',
  'X-Amz-Region-Set',
]

/**
 * Returns all headers of a request. Renames the headers whose names the signature needs to `Original-…`; the signature
 * covers the renamed headers. The token of another provider is sent in `Original-Authorization`, as in Iceberg's
 * `RESTSigV4AuthManager`.
 */
export function relocate(headers: HeaderList): HeaderList {
  const names = new Map(signatureHeaders.map((name) => [name.toLowerCase(), `Original-${name}`]))
  const moved = headers.filter(([name]) => names.has(name.toLowerCase()))
  if (moved.length === 0) return headers
  const originals = moved.map(([name]) => names.get(name.toLowerCase()) ?? name)
  return withoutHeaders(headers, ...originals).map(([name, value]) => [
    names.get(name.toLowerCase()) ?? name,
    value,
  ])
}
