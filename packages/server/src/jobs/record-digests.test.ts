import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { recordDigestsJob } from '../store/metadata-digests.ts'
import { statement } from '../store/sql.ts'
import { runFor } from '../../test/jobs/jobs.ts'
import { recordDigestsHandler } from './record-digests.ts'
import { openPurgeFixture, type PurgeFixture } from '../../test/jobs/purge/purge-fixture.ts'
import { type TestTable, testTable, type TestTableOptions } from '../../test/jobs/purge/table.ts'

let fixture: PurgeFixture
beforeAll(async () => {
  fixture = await openPurgeFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

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
beforeEach(() => fixture.store.sql.run(removeAll))

async function recorded(): Promise<Map<string, string>> {
  const rows = await fixture.store.sql.run<{ id: string; digest: string }>(digests)
  return new Map(rows.map(({ id, digest }) => [id, digest]))
}

/** Removes all digests, which is the state after an upgrade, and runs the job that records them. */
async function recordAll(): Promise<void> {
  const { sql } = fixture.store
  await sql.run(forget)
  await sql.run(addJob, [recordDigestsJob])
  const handlers = new Map([[recordDigestsJob, recordDigestsHandler(fixture.deps)]])
  await runFor(
    fixture.deps,
    { handlers, sweeps: [] },
    async () => (await sql.run(unfinished, [recordDigestsJob])).length === 0,
  )
}

const table = (
  options: TestTableOptions & { drop?: { purge: boolean; retentionSeconds: number } } = {},
): Promise<TestTable> =>
  testTable(fixture.store.sql, fixture.storage, fixture.place, { snapshots: 1, uuidInFile: true, ...options })

test('the job records the digest of the metadata of every table and view, live or dropped, in the database or only in storage', async () => {
  for (let n = 0; n < 25; n += 1) await table({ bodyInRow: n % 2 === 0 })
  await table({ bodyInRow: false, drop: { purge: true, retentionSeconds: 3_600 } })
  const before = await recorded()
  expect(before.size).toBe(26)
  await recordAll()
  expect(await recorded()).toEqual(before)
})

test('the job records no digest of a metadata file whose uuid or locations differ from those in the database', async () => {
  const [good, uuid, location, damaged, gone] = await Promise.all(
    [1, 2, 3, 4, 5].map(() => table({ bodyInRow: false })),
  )
  if (!good || !uuid || !location || !damaged || !gone) throw new Error('no tables')
  const change = async ({ metadataLocation }: TestTable, edit: (text: string) => string): Promise<void> => {
    const text = (await fixture.storage.getBytes(metadataLocation, { maxBytes: 1_000_000 })).toString()
    await fixture.storage.put(metadataLocation, Buffer.from(edit(text)))
  }
  await change(uuid, (text) => text.replace(uuid.id, good.id))
  await change(location, (text) =>
    text.replace(`"location":"${location.location}"`, `"location":"${good.location}"`),
  )
  await change(damaged, (text) => text.slice(1))
  await fixture.storage.delete(gone.metadataLocation)
  await recordAll()
  expect([...(await recorded()).keys()]).toEqual([good.id])
})
