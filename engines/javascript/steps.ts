import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

export interface JavaScriptClient {
  /** Sends a request to the catalog. The parameter `path` follows `/v1/`. */
  ask(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly asking?: boolean },
  ): Promise<unknown>
  /** Prefix of the API paths of the warehouse after `/v1/`: empty, or the prefix of the catalog and a slash. */
  readonly root: string
}

type Step = (client: JavaScriptClient, ns: string) => Promise<void>

/** Steps of the scenario, keyed by title, in the order in which they run. */
export const steps: Readonly<Record<string, Step>> = {
  'makes a table': async ({ ask, root }, ns) => {
    await ask('POST', `${root}namespaces`, { body: { namespace: [ns] } })
    await ask('POST', `${root}namespaces/${ns}/tables`, { body: { name: 't', schema } })
    await ask('POST', `${root}namespaces/${ns}/tables`, { body: { name: 'other', schema } })
  },

  'puts, heads and gets an object': async (client, ns) => {
    await using table = await open(client, ns)
    const body = randomBytes(100_000)
    await table.s3.send(new PutObjectCommand({ ...table.at('data/a.bin'), Body: body }))
    const head = await table.s3.send(new HeadObjectCommand(table.at('data/a.bin')))
    assert.equal(head.ContentLength, body.length)
    const got = await table.s3.send(new GetObjectCommand(table.at('data/a.bin')))
    assert.ok(body.equals(await bytes(got.Body)))
    const range = await table.s3.send(new GetObjectCommand({ ...table.at('data/a.bin'), Range: 'bytes=5-9' }))
    assert.deepEqual(await bytes(range.Body), body.subarray(5, 10))
  },

  'puts a stream with its checksum in a trailer': async (client, ns) => {
    await using table = await open(client, ns)
    const body = randomBytes(300_000)
    const pieces = [body.subarray(0, 70_000), body.subarray(70_000)]
    const put = { ...table.at('data/stream.bin'), Body: Readable.from(pieces), ContentLength: body.length }
    await table.s3.send(new PutObjectCommand({ ...put, ChecksumAlgorithm: 'SHA256' }))
    assert.ok(
      body.equals(await bytes((await table.s3.send(new GetObjectCommand(table.at('data/stream.bin')))).Body)),
    )
  },

  'uploads an object by multipart upload': async (client, ns) => {
    await using table = await open(client, ns)
    const at = table.at('data/parts.bin')
    const parts = [randomBytes(5 * 1024 * 1024), randomBytes(1_000)]
    const { UploadId } = await table.s3.send(new CreateMultipartUploadCommand(at))
    const Parts = []
    for (const [index, Body] of parts.entries()) {
      const part = { ...at, UploadId, PartNumber: index + 1 }
      const { ETag } = await table.s3.send(new UploadPartCommand({ ...part, Body }))
      Parts.push({ PartNumber: index + 1, ETag })
    }
    await table.s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }))
    assert.ok(Buffer.concat(parts).equals(await bytes((await table.s3.send(new GetObjectCommand(at))).Body)))
  },

  'lists and deletes objects': async (client, ns) => {
    await using table = await open(client, ns)
    const { Bucket, Key } = table.at('data/')
    const list = async (): Promise<string[]> => {
      const page = await table.s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key }))
      return (page.Contents ?? []).map((object) => object.Key?.slice(Key.length) ?? '')
    }
    assert.deepEqual(await list(), ['a.bin', 'parts.bin', 'stream.bin'])
    await table.s3.send(new DeleteObjectCommand(table.at('data/a.bin')))
    const Objects = ['parts.bin', 'stream.bin'].map((name) => ({ Key: `${Key}${name}` }))
    await table.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    assert.deepEqual(await list(), [])
  },

  'does not overwrite an existing object with If-None-Match': async (client, ns) => {
    await using table = await open(client, ns)
    const put = { ...table.at('data/once.bin'), Body: 'once', IfNoneMatch: '*' }
    await table.s3.send(new PutObjectCommand(put))
    await assert.rejects(table.s3.send(new PutObjectCommand(put)), { name: 'PreconditionFailed' })
  },

  'cannot access the objects of another table': async (client, ns) => {
    await using table = await open(client, ns)
    await using other = await open(client, ns, 'other')
    const refused = { name: 'AccessDenied' }
    const { Bucket, Key } = other.at('')
    await assert.rejects(table.s3.send(new PutObjectCommand({ ...other.at('data/x'), Body: 'x' })), refused)
    await assert.rejects(table.s3.send(new GetObjectCommand(other.at('data/x'))), refused)
    await assert.rejects(table.s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key })), refused)
    await assert.rejects(table.s3.send(new ListObjectsV2Command({ Bucket })), refused)
  },

  'drops the tables': async ({ ask, root }, ns) => {
    await ask('DELETE', `${root}namespaces/${ns}/tables/t?purgeRequested=true`)
    await ask('DELETE', `${root}namespaces/${ns}/tables/other?purgeRequested=true`)
    await ask('DELETE', `${root}namespaces/${ns}`)
  },
}

const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }

interface OpenTable extends AsyncDisposable {
  readonly s3: S3Client
  at(name: string): { readonly Bucket: string; readonly Key: string }
}

interface LoadedTable {
  readonly metadata: { readonly location: string }
  readonly 'storage-credentials'?: readonly { readonly config: Readonly<Record<string, string>> }[]
}

// Creates an S3 client whose configuration contains only values from the catalog.
async function open({ ask, root }: JavaScriptClient, ns: string, name = 't'): Promise<OpenTable> {
  const loaded = (await ask('GET', `${root}namespaces/${ns}/tables/${name}`)) as LoadedTable
  const [credential, second] = loaded['storage-credentials'] ?? []
  assert.ok(credential && !second, 'the response must contain exactly one storage credential')
  const { config } = credential
  const toKey = (key: string): string => {
    const value = config[key]
    assert.ok(value, `${key} exists`)
    return value
  }
  const s3 = new S3Client({
    endpoint: toKey('s3.endpoint'),
    region: toKey('client.region'),
    forcePathStyle: toKey('s3.path-style-access') === 'true',
    credentials: {
      accessKeyId: toKey('s3.access-key-id'),
      secretAccessKey: toKey('s3.secret-access-key'),
      sessionToken: toKey('s3.session-token'),
      expiration: new Date(Number(toKey('s3.session-token-expires-at-ms'))),
    },
  })
  const { hostname: Bucket, pathname } = new URL(loaded.metadata.location)
  const folder = pathname.slice(1)
  return {
    s3,
    at: (path) => ({ Bucket, Key: `${folder}/${path}` }),
    [Symbol.asyncDispose]: () => Promise.resolve(s3.destroy()),
  }
}

async function bytes(body: { transformToByteArray(): Promise<Uint8Array> } | undefined): Promise<Buffer> {
  assert.ok(body)
  return Buffer.from(await body.transformToByteArray())
}
