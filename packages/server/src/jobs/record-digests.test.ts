import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { recordDigestsJob } from '../store/metadata-digests.ts'
import { statement } from '../store/sql.ts'
import { runFor } from '../../test/jobs/jobs.ts'
import { recordDigestsHandler } from './record-digests.ts'
import { testLake, type TestLake } from '../../test/jobs/purge/lake.ts'
import { type TestTable, testTable, type TestTableOptions } from '../../test/jobs/purge/table.ts'

let lake: TestLake
beforeAll(async () => {
  lake = await testLake()
})
afterAll(() => lake[Symbol.asyncDispose]())

const forget = statement(
  'test_forget_digests',
  'update relation set metadata_digest = null, digest_location = null',
)
const addJob = statement(
  'test_add_job',
  `insert into job (id, kind, payload) values (gen_random_uuid(), $1, '{}')`,
)
const digests = statement(
  'test_digests',
  `select id, encode(metadata_digest, 'hex') as digest from relation where digest_location = metadata_location`,
)
const unfinished = statement('test_unfinished', 'select from job where kind = $1 and finished_at is null')
const removeAll = statement('test_remove_relations', 'delete from relation')
beforeEach(() => lake.store.sql.run(removeAll))

async function recorded(): Promise<Map<string, string>> {
  const rows = await lake.store.sql.run<{ id: string; digest: string }>(digests)
  return new Map(rows.map(({ id, digest }) => [id, digest]))
}

/** Removes all digests, as after the upgrade, and records them. */
async function recordAll(): Promise<void> {
  const { sql } = lake.store
  await sql.run(forget)
  await sql.run(addJob, [recordDigestsJob])
  const handlers = new Map([[recordDigestsJob, recordDigestsHandler(lake.deps)]])
  await runFor(
    lake.deps,
    { handlers, sweeps: [] },
    async () => (await sql.run(unfinished, [recordDigestsJob])).length === 0,
  )
}

const table = (
  options: TestTableOptions & { drop?: { purge: boolean; retentionSeconds: number } } = {},
): Promise<TestTable> =>
  testTable(lake.store.sql, lake.storage, lake.place, { snapshots: 1, uuidInFile: true, ...options })

test('records the digest of every relation, live and dropped, in the row and above the row limit', async () => {
  for (let n = 0; n < 25; n += 1) await table({ bodyInRow: n % 2 === 0 })
  await table({ bodyInRow: false, drop: { purge: true, retentionSeconds: 3_600 } })
  const before = await recorded()
  expect(before.size).toBe(26)
  await recordAll()
  expect(await recorded()).toEqual(before)
})

test('records no digest of a metadata file with another uuid or with locations outside of the row', async () => {
  const [good, uuid, location, damaged, gone] = await Promise.all(
    [1, 2, 3, 4, 5].map(() => table({ bodyInRow: false })),
  )
  if (!good || !uuid || !location || !damaged || !gone) throw new Error('no tables')
  const change = async ({ metadataLocation }: TestTable, edit: (text: string) => string): Promise<void> => {
    const text = (await lake.storage.getBytes(metadataLocation, { maxBytes: 1_000_000 })).toString()
    await lake.storage.put(metadataLocation, Buffer.from(edit(text)))
  }
  await change(uuid, (text) => text.replace(uuid.id, good.id))
  await change(location, (text) =>
    text.replace(`"location":"${location.location}"`, `"location":"${good.location}"`),
  )
  await change(damaged, (text) => text.slice(1))
  await lake.storage.delete(gone.metadataLocation)
  await recordAll()
  expect([...(await recorded()).keys()]).toEqual([good.id])
})
