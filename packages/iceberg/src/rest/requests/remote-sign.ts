import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, optional, required } from '../../fields.ts'

/** Body of `signRequest`. */
export interface RemoteSignRequest {
  readonly region: string
  /** The whole URL. */
  readonly uri: string
  readonly method: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Only where a request says in its body what it is about, as a bulk delete does. */
  readonly body: string | null
  /** The kind of store; `s3` unless it says otherwise. */
  readonly provider: string
}

/** Reads the body of `signRequest`. @throws {HeadgateError} `bad-request`, which names the member */
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
