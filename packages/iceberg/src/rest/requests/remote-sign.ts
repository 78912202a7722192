import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, optional, required } from '../../fields.ts'

/** Body of `signRequest`. */
export interface RemoteSignRequest {
  readonly region: string
  /** Full URL of the request to sign. */
  readonly uri: string
  readonly method: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Body of the request to sign. Clients include it only if the body names objects, as in a bulk delete. */
  readonly body: string | null
  /** Kind of the object store. Default: `s3`. */
  readonly provider: string
}

/**
 * Decodes the body of `signRequest`.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeRemoteSignRequest(value: Json): RemoteSignRequest {
  const body = decodeObject(value)
  return {
    region: required(body, 'region', decodeString),
    uri: required(body, 'uri', decodeString),
    method: required(body, 'method', decodeString),
    headers: required(body, 'headers', decodeHeaders),
    body: optional(body, 'body', decodeString) ?? null,
    provider: optional(body, 'provider', decodeString) ?? 's3',
  }
}

function decodeHeaders(value: Json): Record<string, readonly string[]> {
  const object = decodeObject(value)
  return Object.fromEntries(
    Object.keys(object).map((name) => [
      name,
      required(object, name, (values) => decodeArray(values, decodeString)),
    ]),
  )
}
