import { equal, notEqual, ok } from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { check, type Check } from '../check.ts'
import { range, readRows } from '../node-lance.ts'

/** Lifetime of the storage keys that the server issues in these checks, in ms. */
export const KEY_LIFE_MS = 4_000

const id = ['s', 'kept']

/** Checks of the client against a server that issues storage keys for a bucket. The keys expire after a few seconds. */
export const storageChecks: readonly Check[] = [
  check(
    'storage options are renewed before they expire, once for all concurrent callers',
    async ({ lance, count }) => {
      await lance.createNamespace({ id: ['s'] })
      const declared = await lance.declareTable({ id })
      await using options = lance.storageOptions({ id }, declared)
      const before = count('DescribeTable')
      const ends = new Set<string | undefined>()
      const started = Date.now()
      while (Date.now() - started < 2.5 * KEY_LIFE_MS) {
        const all = await Promise.all(Array.from({ length: 8 }, () => options.get()))
        equal(new Set(all.map((each) => each['expires_at_millis'])).size, 1)
        const expiry = all[0]?.['expires_at_millis']
        ok(Number(expiry) > Date.now(), 'these have ended')
        ends.add(expiry)
        await sleep(50)
      }
      const asked = count('DescribeTable') - before
      equal(asked, ends.size - 1)
      ok(asked >= 2 && asked <= 6, `${asked} renewals`)
    },
  ),
  check(
    'the AWS SDK and Lance access storage with the storage options',
    async ({ lance, node, countRows }) => {
      await lance.createTable({ id: ['s', 'read'] }, readRows(node, range(0, 50)))
      const table = { id: ['s', 'read'] }
      const { location = '', ...access } = await lance.describeTable(table)
      await using options = lance.storageOptions(table, { location, ...access })
      const { endpoint, region } = await options.get()
      const { hostname: bucket, pathname } = new URL(location)
      const prefix = `${decodeURIComponent(pathname.slice(1))}/`
      const s3 = new S3Client({
        endpoint: endpoint ?? '',
        region: region ?? '',
        forcePathStyle: true,
        credentials: options.aws,
      })
      const list = async (): Promise<readonly (string | undefined)[]> => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
        return Contents.map(({ Key }) => Key?.slice(prefix.length).replace(/\/.*/, ''))
      }
      const first = await options.get()
      ok((await list()).includes('_versions'))
      await sleep(KEY_LIFE_MS + 500)
      ok((await list()).includes('data'), 'the SDK received expired keys')
      const later = await options.get()
      notEqual(later['expires_at_millis'], first['expires_at_millis'])
      s3.destroy()
      equal(await countRows(location, later), 50)
    },
  ),
]
