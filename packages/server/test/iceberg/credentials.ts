import { S3Client } from '@aws-sdk/client-s3'
import type { TestResponse } from '../server.ts'
import { objectAt, textAt } from './tables.ts'

/** A storage credential, as the response contains it. */
export interface Credential {
  readonly prefix: string
  readonly config: Readonly<Record<string, string>>
  /** Token with which the credential can be refreshed. Empty for the credential of a plan. */
  readonly token: string
}

/** Returns the only credential of a response. */
export function readCredential({ json }: Pick<TestResponse, 'json'>): Credential {
  const list = objectAt(json)['storage-credentials']
  if (!Array.isArray(list) || list.length !== 1) throw new TypeError('not exactly one credential')
  const credential = objectAt(list[0])
  const token = credential['storage-refresh-token']
  return {
    prefix: textAt(credential, 'prefix'),
    config: objectAt(credential, 'config') as Record<string, string>,
    token: typeof token === 'string' ? token : '',
  }
}

/** Creates a client of the storage with the properties of a response, like an engine. */
export function storageClient({ config }: Pick<Credential, 'config'>): S3Client {
  return new S3Client({
    region: config['client.region'] ?? '',
    endpoint: config['s3.endpoint'] ?? '',
    forcePathStyle: config['s3.path-style-access'] === 'true',
    maxAttempts: 1,
    credentials: {
      accessKeyId: config['s3.access-key-id'] ?? '',
      secretAccessKey: config['s3.secret-access-key'] ?? '',
      sessionToken: config['s3.session-token'] ?? '',
    },
  })
}

/** Returns bucket and key of a file below the location of a table of the default warehouse. */
export function keyBelow(location: string, name: string): { Bucket: string; Key: string } {
  return { Bucket: 'lakehouse', Key: `${location.replace('s3://lakehouse/', '')}/${name}` }
}

/** Waits for a storage request. Returns `done`, or the name of the error with which the request fails. */
export function storageOutcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error as Error).name,
  )
}
