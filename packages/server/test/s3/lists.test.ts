import {
  DeleteObjectsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcome, sdkClient } from './client.ts'
import { bucket as Bucket, type TestEndpoint, testEndpoint } from './endpoint.ts'

const names = ['a', 'a/1', 'a/2', 'a b', 'a&<>"\'', 'b/c/1', 'b/c/2', 'b/d', 'ü', '日', '😀', 'z%20z', 'z+z']
  // The storage is a directory, in which a name cannot be both a file and a directory.
  .filter((name) => name !== 'a')
const root = 'wh/t1/'
let endpoint: TestEndpoint
let client: S3Client
beforeAll(async () => {
  endpoint = await testEndpoint()
  client = sdkClient(endpoint.url, endpoint.mint({ prefixes: [`s3://${Bucket}/wh/`] }))
  for (const name of names) await client.send(new PutObjectCommand({ Bucket, Key: root + name, Body: name }))
  await client.send(new PutObjectCommand({ Bucket, Key: 'wh/t10/sibling', Body: Buffer.alloc(0) }))
  client = sdkClient(endpoint.url, endpoint.mint())
})
afterAll(() => endpoint[Symbol.asyncDispose]())

const byBytes = (keys: string[]): string[] =>
  keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
const all = byBytes(names.map((name) => root + name))

async function listed(input: Partial<ListObjectsV2CommandInput>): Promise<string[]> {
  const found: string[] = []
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: root, ...input })) {
    const here = [
      ...(page.Contents ?? []).map(({ Key = '' }) => Key),
      ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
    ]
    expect(page.KeyCount).toBe(here.length)
    expect(here.length).toBeLessThanOrEqual(input.MaxKeys ?? 1000)
    found.push(...here)
  }
  return found
}

describe('A list', () => {
  test('a list of objects contains all keys with the prefix in the order of their bytes, and no sibling of the prefix', async () => {
    expect(await listed({})).toEqual(all)
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${root}b/` }))
    expect(Contents.map(({ Size }) => Size)).toEqual([5, 5, 3])
    expect(Contents.every(({ ETag, LastModified }) => /^".+"$/.test(ETag ?? '') && LastModified)).toBe(true)
  })

  test.each([1, 2, 5, 12])(
    'a list of objects in pages of %i contains the same keys as a list in one page',
    async (MaxKeys) => {
      expect(await listed({ MaxKeys })).toEqual(all)
      expect(byBytes(await listed({ MaxKeys, Delimiter: '/' }))).toEqual(
        byBytes(await listed({ Delimiter: '/' })),
      )
    },
  )

  test('a list of objects with the delimiter slash combines keys with the same next segment into one common prefix', async () => {
    expect(byBytes(await listed({ Delimiter: '/' }))).toEqual(
      byBytes([...all.filter((key) => !key.slice(root.length).includes('/')), `${root}a/`, `${root}b/`]),
    )
    expect(await listed({ Prefix: `${root}b/`, Delimiter: '/' })).toEqual([`${root}b/d`, `${root}b/c/`])
  })

  test('a list of objects accepts a prefix that ends within a name', async () => {
    expect(await listed({ Prefix: `${root}a` })).toEqual(all.filter((key) => key.startsWith(`${root}a`)))
  })

  test('a list of objects starts after a key (start-after), whether the key exists or not', async () => {
    for (const StartAfter of ['', 'a', `${root}a/1`, `${root}a/11`, `${root}b`, `${root}zzz`, 'x', root])
      expect(await listed({ StartAfter })).toEqual(
        all.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(StartAfter)) > 0),
      )
  })

  test('a list of objects starts after any text, also after text that cannot be a key', async () => {
    const long = 'n'.repeat(300)
    for (const end of [
      'a//1',
      'a/../b',
      './a',
      'a/1\\x',
      'b/\t',
      `a/${long}`,
      `b/${'x/'.repeat(600)}`,
      '//',
      '\u0001',
    ])
      for (const MaxKeys of [1000, 3]) {
        const StartAfter = root + end
        expect(await listed({ StartAfter, MaxKeys }), StartAfter).toEqual(
          all.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(StartAfter)) > 0),
        )
      }
  })

  test('a list of objects for a prefix with an empty path segment contains no keys', async () => {
    for (const end of ['a//', '/', 'a//1']) expect(await listed({ Prefix: root + end }), end).toEqual([])
  })

  test('a list of objects contains URL-encoded keys when the request sets encoding-type', async () => {
    const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: root, EncodingType: 'url' }))
    const keys = (page.Contents ?? []).map(({ Key = '' }) => Key)
    expect(keys.every((key) => /^[\w./%~-]+$/.test(key))).toBe(true)
    expect(keys.map(decodeURIComponent)).toEqual(all)
  })

  test('a list of objects contains no keys with max-keys 0, and at most 1,000 keys with any other value', async () => {
    const none = await client.send(new ListObjectsV2Command({ Bucket, Prefix: root, MaxKeys: 0 }))
    expect([none.KeyCount, none.IsTruncated]).toEqual([0, false])
    const many = await client.send(new ListObjectsV2Command({ Bucket, Prefix: root, MaxKeys: 100_000 }))
    expect(many.MaxKeys).toBe(1000)
  })

  test('a list of objects in version 1 continues after a marker', async () => {
    const found: string[] = []
    for (let Marker: string | undefined; ;) {
      const page = await client.send(
        new ListObjectsCommand({
          Bucket,
          Prefix: root,
          MaxKeys: 4,
          ...(Marker === undefined ? {} : { Marker }),
        }),
      )
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
      if (page.IsTruncated !== true) break
      Marker = page.NextMarker
    }
    expect(found).toEqual(all)
  })

  test('a list of objects requires a prefix inside a prefix of the session', async () => {
    const list = (Prefix: string | undefined): Promise<string> =>
      outcome(client.send(new ListObjectsV2Command({ Bucket, Prefix })))
    for (const Prefix of [undefined, '', 'wh', 'wh/', 'wh/t1', 'wh/t10/', 'wh/t', 'other/'])
      expect(await list(Prefix)).toBe('403 AccessDenied')
    expect(await list('wh/t1/none')).toBe('200')
    expect(await list('wh/t1/../t10/')).toBe('400 InvalidArgument')
    expect(await outcome(client.send(new ListObjectsV2Command({ Bucket: 'another', Prefix: root })))).toBe(
      '403 AccessDenied',
    )
  })

  test('a list of objects refuses invented continuation tokens and tokens of another list, and accepts its own token with other credentials', async () => {
    const first = await client.send(new ListObjectsV2Command({ Bucket, Prefix: root, MaxKeys: 3 }))
    const ContinuationToken = first.NextContinuationToken
    // The continuation token contains the prefix neither as plain text nor encoded. The test does not search
    // for the short key names, because random bytes may contain them.
    const inside = (ContinuationToken ?? '').split('.').map((part) => Buffer.from(part, 'base64url'))
    for (const bytes of inside) expect(bytes.toString('latin1')).not.toContain(root)
    expect(inside.some(({ length }) => length >= 16)).toBe(true)
    const next = (input: object): Promise<string> =>
      outcome(client.send(new ListObjectsV2Command({ Bucket, Prefix: root, ContinuationToken, ...input })))
    expect(await next({ Prefix: `${root}a` })).toBe('400 InvalidArgument')
    expect(await next({ Delimiter: '/' })).toBe('400 InvalidArgument')
    expect(await next({ ContinuationToken: 'made.up' })).toBe('400 InvalidArgument')
    const other = sdkClient(endpoint.url, endpoint.mint())
    expect(
      await outcome(other.send(new ListObjectsV2Command({ Bucket, Prefix: root, ContinuationToken }))),
    ).toBe('200')
  })

  test('a list of objects refuses delimiters other than slash, and invalid parameters', async () => {
    const list = (more: object): Promise<string> =>
      outcome(client.send(new ListObjectsV2Command({ Bucket, Prefix: root, ...more })))
    expect(await list({ Delimiter: ',' })).toBe('501 NotImplemented')
    expect(await list({ MaxKeys: -1 })).toBe('400 InvalidArgument')
    expect(await list({ EncodingType: 'gzip' })).toBe('400 InvalidArgument')
  })
})

describe('DeleteObjects', () => {
  const put = (Key: string): Promise<unknown> => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))

  test('DeleteObjects returns a result for each key', async () => {
    await put(`${root}d/1 &<ü>`)
    await put(`${root}d/2`)
    const Objects = [
      `${root}d/1 &<ü>`,
      `${root}d/none`,
      'wh/t10/sibling',
      `${root}d/../../t10/sibling`,
      `${root}d/`,
    ]
    const { Deleted = [], Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.map((Key) => ({ Key })) } }),
    )
    expect(Deleted.map(({ Key }) => Key)).toEqual([`${root}d/1 &<ü>`, `${root}d/none`, `${root}d/`])
    expect(Errors.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['wh/t10/sibling', 'AccessDenied'],
      [`${root}d/../../t10/sibling`, 'InvalidURI'],
    ])
    expect(await endpoint.files()).toContain('wh/t10/sibling')
    expect(await endpoint.files()).toContain(`${root}d/2`)
    expect(await endpoint.files()).not.toContain(`${root}d/1 &<ü>`)
  })

  test('DeleteObjects returns only errors in quiet mode', async () => {
    await put(`${root}q`)
    const { Deleted, Errors } = await client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Quiet: true, Objects: [{ Key: `${root}q` }, { Key: 'no' }] },
      }),
    )
    expect([Deleted, Errors?.map(({ Code }) => Code)]).toEqual([undefined, ['AccessDenied']])
    expect(await endpoint.files()).not.toContain(`${root}q`)
  })

  test('DeleteObjects refuses object versions and conditions', async () => {
    await put(`${root}v`)
    const { Errors } = await client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [
            { Key: `${root}v`, ETag: '"x"' },
            { Key: `${root}v`, VersionId: '7' },
          ],
        },
      }),
    )
    expect(Errors?.map(({ Code }) => Code)).toEqual(['NotImplemented', 'NotImplemented'])
    expect(await endpoint.files()).toContain(`${root}v`)
  })

  test('DeleteObjects accepts at most 1,000 keys', async () => {
    const many = (length: number): Promise<string> =>
      outcome(
        client.send(
          new DeleteObjectsCommand({
            Bucket,
            Delete: { Objects: Array.from({ length }, (_, i) => ({ Key: `${root}n/${i}` })) },
          }),
        ),
      )
    expect(await many(1000)).toBe('200')
    expect(await many(1001)).toBe('400 MalformedXML')
  })
})
