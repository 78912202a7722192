import { randomUUID } from 'node:crypto'
import type * as Sdk from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MintedKeys } from '../../../src/credentials/storage-credential.ts'
import type { StoragePermission } from '../../../src/credentials/storage-grant.ts'

/** Object store and a vendor that issues keys for it. */
export interface VendorStore extends AsyncDisposable {
  /** Bucket of the warehouse. It exists. */
  readonly bucket: string
  /** Existing bucket of another owner, or null when the store has no second bucket. */
  readonly otherBucket: string | null
  /** True when the vendor accepts locations with `*` and `${` in their names. Otherwise it refuses them. */
  readonly wildcardNames: boolean
  vend(prefixes: readonly string[], access: StoragePermission): Promise<MintedKeys>
  /** Writes an object with the administrator's keys. */
  seed(bucket: string, key: string): Promise<void>
}

type Attempt = (client: Sdk.S3Client, bucket: string, key: string) => Promise<unknown>

/**
 * Registers the tests for a vendor that limits keys to prefixes. They use the AWS SDK on a real object store:
 * the keys must permit every operation inside the prefix, and no operation outside.
 */
export function vendorContract(name: string, open: () => Promise<VendorStore>): void {
  describe(`vendor contract: ${name}`, () => {
    let sdk: typeof Sdk
    let store: VendorStore
    let reads: Readonly<Record<string, Attempt>>
    let writes: Readonly<Record<string, Attempt>>
    const root = `contract-${randomUUID()}`
    const place = `${root}/wh/t1/`
    const clients: Sdk.S3Client[] = []

    const createClient = (config: Readonly<Record<string, string>>): Sdk.S3Client => {
      const sessionToken = config['s3.session-token']
      const client = new sdk.S3Client({
        region: config['client.region'] ?? 'us-east-1',
        endpoint: config['s3.endpoint'] ?? '',
        forcePathStyle: config['s3.path-style-access'] === 'true',
        maxAttempts: 1,
        credentials: {
          accessKeyId: config['s3.access-key-id'] ?? '',
          secretAccessKey: config['s3.secret-access-key'] ?? '',
          ...(sessionToken === undefined ? {} : { sessionToken }),
        },
      })
      clients.push(client)
      return client
    }
    const vended = async (
      access: StoragePermission,
      prefixes = [`s3://${store.bucket}/${place}`],
    ): Promise<Sdk.S3Client> => createClient((await store.vend(prefixes, access)).config)
    beforeAll(async () => {
      sdk = await import('@aws-sdk/client-s3')
      store = await open()
      reads = {
        get: (client, Bucket, Key) => client.send(new sdk.GetObjectCommand({ Bucket, Key })),
        head: (client, Bucket, Key) => client.send(new sdk.HeadObjectCommand({ Bucket, Key })),
      }
      writes = {
        put: (client, Bucket, Key) => client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: 'x' })),
        delete: (client, Bucket, Key) => client.send(new sdk.DeleteObjectCommand({ Bucket, Key })),
        'start an upload': (client, Bucket, Key) =>
          client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key })),
        'copy from inside to': (client, Bucket, Key) =>
          client.send(
            new sdk.CopyObjectCommand({ Bucket, Key, CopySource: `${store.bucket}/${place}present` }),
          ),
      }
      for (const key of ['wh/t1/present', 'wh/t10/a', 'wh/t2/a', 'wh/a', 'a'])
        await store.seed(store.bucket, `${root}/${key}`)
      if (store.otherBucket !== null) await store.seed(store.otherBucket, `${place}present`)
    })
    afterAll(async () => {
      for (const client of clients) client.destroy()
      await store[Symbol.asyncDispose]()
    })

    const outside = (): [string, string][] => [
      ...['wh/t10/a', 'wh/t2/a', 'wh/a', 'a', 'wh/t1', 'wh/T1/a', 'wh/t1x', 'wh/new'].map(
        (key): [string, string] => [store.bucket, `${root}/${key}`],
      ),
      ...(store.otherBucket === null ? [] : [[store.otherBucket, `${place}present`] as [string, string]]),
    ]

    test('a writer can get, head, put, copy, list and delete objects inside the prefix of its keys', async () => {
      const client = await vended('read-write')
      const Bucket = store.bucket
      for (const attempt of Object.values(reads)) await attempt(client, Bucket, `${place}present`)
      for (const [what, attempt] of Object.entries(writes))
        await attempt(client, Bucket, `${place}new/${what.replaceAll(' ', '-')}`)
      const listed = await client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: place }))
      expect(listed.Contents?.map(({ Key }) => Key)).toContain(`${place}present`)
      const deeper = await client.send(
        new sdk.ListObjectsV2Command({ Bucket, Prefix: `${place}new/`, Delimiter: '/' }),
      )
      expect(deeper.Contents?.length).toBeGreaterThan(0)
    })

    test('a writer can complete and abort multipart uploads inside the prefix of its keys', async () => {
      const client = await vended('read-write')
      const at = { Bucket: store.bucket, Key: `${place}in-deps` }
      const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(at))
      const part = await client.send(
        new sdk.UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }),
      )
      const deps = await client.send(new sdk.ListPartsCommand({ ...at, UploadId }))
      expect(deps.Parts).toHaveLength(1)
      await client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...at,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
        }),
      )
      const other = await client.send(new sdk.CreateMultipartUploadCommand(at))
      await client.send(new sdk.AbortMultipartUploadCommand({ ...at, UploadId: other.UploadId }))
    })

    test('a writer can access nothing outside the prefix of its keys: siblings, parents, other buckets', async () => {
      const client = await vended('read-write')
      for (const [bucket, key] of outside()) {
        for (const [what, attempt] of Object.entries({ ...reads, ...writes }))
          await refused(attempt(client, bucket, key), `${what} ${bucket}/${key}`)
      }
    })

    test('a writer cannot copy from outside the prefix of its keys', async () => {
      const client = await vended('read-write')
      for (const [bucket, key] of outside()) {
        const copy = new sdk.CopyObjectCommand({
          Bucket: store.bucket,
          Key: `${place}stolen`,
          CopySource: `${bucket}/${key}`,
        })
        await refused(client.send(copy), `copy from ${bucket}/${key}`)
      }
    })

    test('a bulk delete deletes only objects inside the prefix of the keys', async () => {
      const client = await vended('read-write')
      const inside = `${place}doomed`
      await store.seed(store.bucket, inside)
      const survivor = `${root}/wh/t2/a`
      const response = await client
        .send(
          new sdk.DeleteObjectsCommand({
            Bucket: store.bucket,
            Delete: { Objects: [{ Key: inside }, { Key: survivor }] },
          }),
        )
        .catch((error: unknown) => error as Sdk.DeleteObjectsCommandOutput)
      expect(response.Deleted?.map(({ Key }) => Key) ?? []).not.toContain(survivor)
      const whole = await vended('read', [`s3://${store.bucket}/${root}/wh/t2/`])
      await reads['head']?.(whole, store.bucket, survivor)
    })

    test.each(['', 'wh', 'wh/', 'wh/t1', 'wh/t10/', 'wh/t2/'])(
      'a writer cannot list the prefix %j, which is outside the prefix of its keys',
      async (below) => {
        const client = await vended('read-write')
        const Prefix = below === '' ? '' : `${root}/${below}`
        const Bucket = store.bucket
        const list = (input: Sdk.ListObjectsV2CommandInput): Promise<unknown> =>
          client.send(new sdk.ListObjectsV2Command(input))
        await refused(list({ Bucket, Prefix }), `list ${Prefix}`)
        await refused(list({ Bucket, Prefix, Delimiter: '/' }), `list names in ${Prefix}`)
        await refused(client.send(new sdk.ListObjectsCommand({ Bucket, Prefix })), `list ${Prefix} as before`)
      },
    )

    test('a writer cannot list without a prefix, and cannot list buckets', async () => {
      const client = await vended('read-write')
      await refused(client.send(new sdk.ListObjectsV2Command({ Bucket: store.bucket })), 'list all')
      const buckets = await client
        .send(new sdk.ListBucketsCommand({}))
        .then(({ Buckets }) => Buckets?.map(({ Name }) => Name) ?? [])
        .catch(() => [])
      expect(buckets).not.toContain(store.otherBucket ?? 'none')
    })

    test('a reader can read and list objects inside the prefix of its keys, and cannot write', async () => {
      const client = await vended('read')
      for (const attempt of Object.values(reads)) await attempt(client, store.bucket, `${place}present`)
      await client.send(new sdk.ListObjectsV2Command({ Bucket: store.bucket, Prefix: place }))
      for (const [bucket, key] of [[store.bucket, `${place}mine`] as [string, string], ...outside()]) {
        for (const [what, attempt] of Object.entries(writes))
          await refused(attempt(client, bucket, key), `${what} ${bucket}/${key}`)
      }
      for (const [bucket, key] of outside()) {
        for (const [what, attempt] of Object.entries(reads))
          await refused(attempt(client, bucket, key), `${what} ${bucket}/${key}`)
      }
    })

    test('keys for two prefixes permit access to both prefixes, and to no object between them', async () => {
      const prefixes = ['wh/t1/', 'wh/t2/'].map((below) => `s3://${store.bucket}/${root}/${below}`)
      const client = await vended('read', prefixes)
      await reads['get']?.(client, store.bucket, `${root}/wh/t1/present`)
      await reads['get']?.(client, store.bucket, `${root}/wh/t2/a`)
      for (const key of ['wh/t10/a', 'wh/a', 'a'])
        await refused(
          reads['get']?.(client, store.bucket, `${root}/${key}`) ?? Promise.resolve(),
          `get ${key}`,
        )
    })

    test.each(['q"uo\'te', 'é-ｅ-😀', 'a$b', 'a b+c', 'a%20b', '{x}', '[a]', 'a,b:c'])(
      'keys for a prefix with the name %s permit access to objects below this literal name',
      async (name) => {
        const client = await vended('read-write', [`s3://${store.bucket}/${root}/${name}/`])
        const key = `${root}/${name}/file`
        await writes['put']?.(client, store.bucket, key)
        await reads['get']?.(client, store.bucket, key)
        const neighbours = [
          `${name}x/file`,
          `${name.slice(1)}/file`,
          `${name.replaceAll(/[^a-z]/g, 'x')}-/file`,
          `${name.normalize('NFD')}-/file`,
        ]
        for (const other of neighbours) {
          const attempt = writes['put']?.(client, store.bucket, `${root}/${other}`) ?? Promise.resolve()
          await refused(attempt, `put ${other}`)
        }
      },
    )

    test.each(['a*b', '*', 'a${x}b', 'a${*}b', '${aws:username}'])(
      'keys for a prefix with the name %s permit access to no other name',
      async (name) => {
        const prefixes = [`s3://${store.bucket}/${root}/${name}/`]
        if (!store.wildcardNames) {
          await expect(store.vend(prefixes, 'read')).rejects.toMatchObject({ code: 'unsupported' })
          return
        }
        const client = await vended('read-write', prefixes)
        await writes['put']?.(client, store.bucket, `${root}/${name}/file`)
        for (const other of ['aXb', 'ab', 'a${yy}b', 'x', 'wh/t1', name.replaceAll('*', 'zz')]) {
          if (other === name) continue
          const attempt = writes['put']?.(client, store.bucket, `${root}/${other}/file`) ?? Promise.resolve()
          await refused(attempt, `put ${other}`)
        }
      },
    )

    test('the object store refuses keys with another secret, without their session token or with another session token', async () => {
      const { config } = await store.vend([`s3://${store.bucket}/${place}`], 'read')
      const { config: other } = await store.vend([`s3://${store.bucket}/${root}/wh/t2/`], 'read')
      const { 's3.session-token': _, ...withoutToken } = config
      const secret = config['s3.secret-access-key'] ?? ''
      for (const forged of [
        withoutToken,
        { ...config, 's3.secret-access-key': `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}` },
        { ...config, 's3.session-token': other['s3.session-token'] ?? '' },
        { ...other, 's3.session-token': config['s3.session-token'] ?? '' },
      ])
        await refused(
          reads['get']?.(createClient(forged), store.bucket, `${place}present`) ?? Promise.resolve(),
          'forged keys',
          // AWS answers 400 to a malformed session token.
          [400, 403],
        )
    })

    test('the credential reports its expiry, which is in the future', async () => {
      const { config, expiresAt } = await store.vend([`s3://${store.bucket}/${place}`], 'read')
      expect(config['s3.session-token-expires-at-ms']).toBe(String(expiresAt))
      expect(expiresAt).toBeGreaterThan(Date.now())
      expect(expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000)
    })
  })
}

/** Expects that the store refuses the request with one of these statuses, by default 403. */
async function refused(
  attempt: Promise<unknown>,
  what: string,
  statuses: readonly (number | undefined)[] = [403],
): Promise<void> {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode
  expect(statuses, `${what}: ${String(error)}`).toContain(status)
}
