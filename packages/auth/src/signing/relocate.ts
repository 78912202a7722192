import { type HeaderList, withoutHeaders } from '@headgate/http'

/** Headers that the signature sets. */
const signatureHeaders = [
  'Authorization',
  'X-Amz-Date',
  'X-Amz-Content-Sha256',
  'X-Amz-Security-Token',
  'X-Amz-Region-Set',
]

/**
 * Renames headers that the signature sets to `Original-…`, and returns all headers. The signature covers them under their
 * new names. So the token of another provider is sent in `Original-Authorization` (Iceberg `RESTSigV4AuthManager`).
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
