import type { Credential } from './credential.ts'
import { emptyHash, type S3Keys, sha256, signInHeader } from './s3-signature.ts'
import { type S3Response, sendRaw } from './s3-request.ts'

/** S3 keys in a storage credential, and the endpoint that accepts them. */
export interface StorageKeys extends S3Keys {
  readonly endpoint: string
  readonly region: string
}

/**
 * Returns the S3 keys in the properties of a storage credential, or undefined if the credential is for another kind of
 * store.
 */
export function readStorageKeys({ config }: Pick<Credential, 'config'>): StorageKeys | undefined {
  const accessKeyId = config['s3.access-key-id']
  const secretAccessKey = config['s3.secret-access-key']
  const sessionToken = config['s3.session-token']
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  const region = config['client.region'] ?? 'us-east-1'
  const endpoint = (config['s3.endpoint'] ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, '')
  return {
    accessKeyId,
    secretAccessKey,
    endpoint,
    region,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
}

/** Returns the path-style request target `/bucket/key` of a location. */
export function toTarget(location: string): string {
  const path = location.replace(/^s3a?:\/\//, '')
  return `/${path.split('/').map(encodeURIComponent).join('/')}`
}

/** Sends a request for an S3 object, signed with storage keys in the same way as an SDK signs it. */
export function useKeys(
  keys: StorageKeys,
  method: string,
  target: string,
  body: string | Uint8Array = '',
): Promise<S3Response> {
  const payloadHash = body.length === 0 ? emptyHash : sha256(body)
  const { host } = new URL(keys.endpoint)
  const length = String(Buffer.byteLength(body))
  const requestHeaders = [
    ['host', host],
    ['content-length', length],
  ] as const
  const { headers } = signInHeader({ method, target, headers: requestHeaders, payloadHash }, keys, {
    region: keys.region,
  })
  return sendRaw(keys.endpoint, method, target, headers, body)
}
