import { randomBytes } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Canaries } from './canaries.ts'
import type { CanaryClient } from './canary-place.ts'

/** Response to a create or load of a table, with storage credentials. */
export interface Vended {
  readonly config?: Readonly<Record<string, string>>
  readonly 'storage-credentials'?: readonly {
    readonly prefix?: string
    readonly config: Readonly<Record<string, string>>
    readonly 'storage-refresh-token'?: string
  }[]
}

/** Adds the secrets of a response to the canaries. */
export function plantVended(
  canaries: Canaries,
  { config = {}, 'storage-credentials': credentials = [] }: Vended,
): void {
  for (const settings of [config, ...credentials.map((each) => each.config)]) {
    for (const [key, value] of Object.entries(settings)) {
      if (/secret|session-token$|refresh-token/.test(key)) canaries.plant(`vended ${key}`, value)
      const [, token] = /[?&]storageRefreshToken=([^&]+)/.exec(value) ?? []
      if (token !== undefined) canaries.plant('refresh token of an endpoint', decodeURIComponent(token))
    }
  }
  for (const { 'storage-refresh-token': token } of credentials)
    if (token !== undefined) canaries.plant('storage refresh token', token)
}

/**
 * Sends valid and invalid requests with the credentials of a response, if they are credentials of the storage
 * gateway.
 */
export async function useVended(
  canaries: Canaries,
  send: CanaryClient['send'],
  { 'storage-credentials': credentials = [] }: Vended,
): Promise<void> {
  for (const { prefix = '', config } of credentials) {
    const endpoint = config['s3.endpoint']
    const secretAccessKey = config['s3.secret-access-key']
    const sessionToken = config['s3.session-token']
    const accessKeyId = config['s3.access-key-id']
    if (!endpoint || !secretAccessKey || !sessionToken || accessKeyId?.startsWith('HG') !== true) continue
    const { host, pathname } = new URL(prefix)
    const object = { Bucket: host, Key: `${pathname.slice(1).replace(/\/$/, '')}/data/x` }
    const client = new S3Client({
      endpoint,
      region: config['client.region'] ?? 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    })
    for (const command of [
      new PutObjectCommand({ ...object, Body: 'x' }),
      new GetObjectCommand({ ...object, Key: `${object.Key}-missing` }),
      new GetObjectCommand({ ...object, Key: 'elsewhere/x' }),
    ]) {
      const done = client
        .send(command)
        .then(() => canaries.saw('the storage gateway', 'an object was stored'))
      await done.catch((error: unknown) => {
        canaries.saw('a refusal of the storage gateway', error instanceof Error ? error.message : '')
      })
    }
    client.destroy()
    const at = `${endpoint}/${object.Bucket}/${object.Key}`
    const scope = `${accessKeyId}/20260101/us-east-1/s3/aws4_request`
    await send('GET', at, {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      'x-amz-security-token': sessionToken,
    })
    const query = new URLSearchParams({
      'X-Amz-Credential': scope,
      'X-Amz-Security-Token': sessionToken,
      'X-Amz-Signature': canaries.plant('signature of a presigned URL', randomBytes(32).toString('hex')),
      secret: secretAccessKey,
    })
    await send('GET', `${at}?${query.toString()}`, {})
  }
}
