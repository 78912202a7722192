import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { FaultProxy, findMinio, needsMinio, startMinio } from '@headgate/testkit'
import { expect, test } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { killAtRandom, type Team, timeout } from './kill-at-random.ts'
import { Database } from './restarting-database.ts'
import { appender, mover } from './writers.ts'

const team: Team = {
  tables: ['a', 'b', 'c', 'd1', 'd2'],
  writers: (client) => [
    appender(client, ['a'], true),
    appender(client, ['b'], true),
    appender(client, ['c'], false),
    appender(client, ['d1', 'd2'], true),
    mover(client, 'h'),
  ],
}

test.skipIf(findMinio() === undefined)(
  needsMinio(
    'a warehouse on S3 loses nothing while servers, the database and the storage fail at random moments',
  ),
  { timeout },
  async () => {
    await using minio = await startMinio({ buckets: ['lake'] })
    await using storage = await FaultProxy.start({ port: minio.port })
    await using database = await Database.start()
    await migrate({ url: database.url, migrations })
    const { region, accessKeyId, secretAccessKey } = minio
    const endpoint = `http://127.0.0.1:${storage.port}`
    let broken = 0
    await killAtRandom(
      {
        HEADGATE_DATABASE_URL: database.url,
        HEADGATE_MASTER_KEY: randomBytes(32).toString('hex'),
        HEADGATE_INSECURE_ANONYMOUS: 'true',
        HEADGATE_PORT: '0',
        HEADGATE_AUDIT_READS: 'off',
        HEADGATE_LOG_LEVEL: 'fatal',
        // No metadata is stored in rows, so that the server also reads metadata from the object store.
        HEADGATE_METADATA_ROW_LIMIT_BYTES: '0',
      },
      team,
      {
        async prepare(client) {
          const keys = { accessKeyId, secretAccessKey }
          const profile = {
            type: 's3',
            bucket: 'lake',
            prefix: 'wh',
            region,
            endpoint,
            pathStyle: true,
            ...keys,
          }
          const made = await client.send('POST', '/management/v1/warehouses', {
            name: 'lakehouse',
            storage: profile,
            retentionSeconds: 0,
          })
          expect(made?.status, JSON.stringify(made?.json)).toBeLessThan(300)
        },
        async breakOthers() {
          storage.faults = { refuse: true }
          storage.resetAll()
          await sleep(200 * Math.random())
          storage.faults = {}
          if (broken % 2 === 0) await database.restart('killed')
          broken += 1
        },
      },
    )
    expect(broken).toBeGreaterThan(1)
  },
)
