import { randomUUID } from 'node:crypto'
import { FaultProxy } from '@headgate/testkit'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceMethods } from '../faults/replace-methods.ts'
import { openSql } from '../store/pool.ts'
import type { Replacement } from '../store/relation-writes.ts'
import type { AuditRow, Riders } from '../store/riders.ts'
import { type Sql, statement } from '../store/sql.ts'
import { type TestStore, testStore } from '../store/test-database.ts'
import { GroupCommit } from './group-commit.ts'

let store: TestStore
beforeEach(async () => {
  store = await testStore()
  await store.sql.run(
    statement(
      'test_tables',
      `with w as (insert into warehouse (id, name, kind, storage, owner_id) values (gen_random_uuid(), 'w', 'managed', '{}', gen_random_uuid()) returning id, owner_id),
       n as (insert into namespace (id, warehouse_id, path, lineage, owners, owner_id) select gen_random_uuid(), id, 'n', '{}', '{}', owner_id from w returning *)
       insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id)
       select gen_random_uuid(), warehouse_id, id, 't' || i, 'table', gen_random_uuid(), 'old', 's3://b/t' || i, owner_id from n, generate_series(0, 29) i`,
    ),
  )
})
afterEach(() => store[Symbol.asyncDispose]())

interface Row {
  readonly id: string
  readonly namespaceId: string
  readonly name: string
  readonly uuid: string
  readonly version: number
  readonly place: string
  readonly body: Buffer | null
  readonly length: number | null
  readonly crc: number | null
  readonly audits: string
  readonly answers: string
}

/** The tables in the order of their numbers, with the request ids of their audit events and kept answers. */
async function tables(): Promise<Row[]> {
  return store.sql.run<Row>(
    statement(
      'test_look',
      `select id, namespace_id as "namespaceId", name, uuid, version, metadata_location as place, body, body_length as length, body_crc as crc,
         (select coalesce(string_agg(request_id, ' '), '') from audit where securable_id = relation.id) as audits,
         (select coalesce(string_agg(operation, ' '), '') from idempotency where relation_id = relation.id) as answers
       from relation order by substring(name from 2)::int`,
    ),
  )
}

function replacementOf({ id, version, namespaceId, name, uuid }: Row): Replacement {
  const body = {
    packed: Buffer.from(`text of ${name}`),
    length: 100 + Number(name.slice(1)),
    crc: 4_000_000_000,
  }
  return {
    standing: { id, version, namespaceId, name },
    uuid,
    metadataLocation: `new ${name}`,
    location: `s3://b/${name}`,
    definerId: null,
    body,
    refs: null,
  }
}

async function ridersFor({ id, name }: Row): Promise<Riders> {
  const [policy] = await store.sql.run<{ version: number }>(
    statement('test_policy', 'select version from policy'),
  )
  const event = { securable_id: id, outcome: 'allowed', operation: 'updateTable', principal: 'p', actors: [] }
  const audit = [1, 2].map((n) => ({ ...event, request_id: `${name}-${n}` }) as unknown as AuditRow)
  const answer = { operation: `kept-${name}`, digest: 'ff00', status: 200, relation_id: id, error: null }
  return {
    policyVersion: policy?.version ?? 0,
    audit,
    idempotency: {
      ...answer,
      principal_id: randomUUID(),
      key: randomUUID(),
      metadata_location: null,
      expires_at: Date.now() / 1000 + 60,
    },
  }
}

/** The store as a group commit sees it, with the names of statements; the first two wait until they are let go. */
function held(on: Sql = store.sql): { readonly sql: Sql; readonly sent: string[]; go(): void } {
  const sent: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const sql = replaceMethods(on, {
    async run<Row>(...args: Parameters<Sql['run']>): Promise<Row[]> {
      sent.push(args[0].name)
      if (sent.length <= 2) await promise
      return on.run<Row>(...args)
    },
  })
  return { sql, sent, go: () => resolve() }
}

const alone = 'relation_replace'
const together = 'relation_replace_together'

/** Sends one replacement for each row, the first two by themselves and the others while those are under way. */
async function replaceAll(
  rows: readonly Row[],
  on: ReturnType<typeof held>,
  change: (replacement: Replacement, riders: Riders, row: Row) => readonly [Replacement, Riders] = (
    ...[replacement, riders]
  ) => [replacement, riders],
): Promise<PromiseSettledResult<boolean>[]> {
  const commits = new GroupCommit(on.sql)
  const riders = await Promise.all(rows.map(ridersFor))
  const outcomes = rows.map((row, index) => {
    const own = riders[index]
    if (own === undefined) throw new TypeError('no riders')
    return commits.replace(...change(replacementOf(row), own, row))
  })
  on.go()
  return Promise.allSettled(outcomes)
}

const done = { status: 'fulfilled', value: true } as const
const moved = { status: 'fulfilled', value: false } as const

describe('commits to different relations', () => {
  it('share statements with those that come meanwhile, whole and once', async () => {
    const rows = await tables()
    const on = held()
    const told: string[] = []
    const outcomes = await replaceAll(rows, on, (replacement, riders, { name }) => [
      replacement,
      { ...riders, done: () => told.push(name) },
    ])
    expect(outcomes).toEqual(rows.map(() => done))
    // 2 by themselves, then 16 and the other 12.
    expect(on.sent).toEqual([alone, alone, together, together])
    expect(told.toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
    expect(await tables()).toEqual(
      rows.map((row, n) => ({
        ...row,
        version: row.version + 1,
        place: `new ${row.name}`,
        body: Buffer.from(`text of ${row.name}`),
        length: 100 + n,
        crc: 4_000_000_000,
        audits: `${row.name}-1 ${row.name}-2`,
        answers: `kept-${row.name}`,
      })),
    )
  })

  it('are refused one by one: who moved, who breaks a rule, who may not begin any more, who was decided on long ago', async () => {
    const rows = await tables()
    const before = new Error('called back')
    const outcomes = await replaceAll(rows.slice(0, 10), held(), (replacement, riders, { name }) => {
      if (name === 't4')
        return [{ ...replacement, standing: { ...replacement.standing, version: 7 } }, riders]
      if (name === 't5') return [{ ...replacement, uuid: rows[0]?.uuid ?? '' }, riders]
      if (name === 't6') {
        const begin = (): never => {
          throw before
        }
        return [replacement, { ...riders, begin }]
      }
      if (name === 't7') return [replacement, { ...riders, policyVersion: riders.policyVersion - 1 }]
      return [replacement, riders]
    })
    const broken = { status: 'rejected', reason: { constraint: 'relation_warehouse_id_uuid_key' } }
    const called = { status: 'rejected', reason: before }
    const all = [done, done, done, done, moved, broken, called, moved, done, done]
    expect(outcomes).toMatchObject(all)
    const after = await tables()
    const there = (name: string): object => ({
      version: 2,
      place: `new ${name}`,
      audits: `${name}-1 ${name}-2`,
      answers: `kept-${name}`,
    })
    const unchanged = { version: 1, place: 'old', audits: '', answers: '' }
    expect(after.slice(0, all.length)).toMatchObject(
      after.slice(0, all.length).map(({ name }, n) => (all[n] === done ? there(name) : unchanged)),
    )
  })

  it('wait for nobody who holds the row of another, or whose statement hangs', async () => {
    const rows = await tables()
    const holder = new Client({ connectionString: store.url })
    await holder.connect()
    try {
      await holder.query(`begin; select from relation where name in ('t0', 't1', 't2') for update`)
      const ended: string[] = []
      const commits = new GroupCommit(store.sql)
      const some = await Promise.all(
        rows.slice(0, 8).map(async (row) => [row, await ridersFor(row)] as const),
      )
      const outcomes = some.map(async ([row, riders]) => {
        const replaced = await commits.replace(replacementOf(row), riders)
        ended.push(row.name)
        return replaced
      })
      await expect.poll(() => ended.length).toBe(5)
      expect(ended.toSorted()).toEqual(['t3', 't4', 't5', 't6', 't7'])
      await holder.query('commit')
      expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => true))
    } finally {
      await holder.end()
    }
  })
})

it('commits to the same relation never share a statement: one of them stands', async () => {
  const [first, second, third] = await tables()
  if (!first || !second || !third) throw new TypeError('no tables')
  const on = held()
  const outcomes = await replaceAll([first, second, third, third, third], on)
  expect(outcomes.slice(0, 2)).toEqual([done, done])
  expect(outcomes.slice(2).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
    moved,
    moved,
    done,
  ])
  expect((await tables())[2]).toMatchObject({ version: 2, audits: 't2-1 t2-2' })
  expect(on.sent).toEqual(on.sent.map(() => alone))
})

it('a commit with a text that is large, or kept elsewhere, or in two forms has a statement of its own', async () => {
  const rows = (await tables()).slice(0, 5)
  const on = held()
  const body = { packed: Buffer.alloc(70_000, 7), length: 1, crc: 1 }
  const outcomes = await replaceAll(rows, on, (replacement, riders, { name }) => [
    name === 't2'
      ? { ...replacement, body }
      : name === 't3'
        ? { ...replacement, body: null }
        : name === 't4'
          ? { ...replacement, refs: body }
          : replacement,
    riders,
  ])
  expect(outcomes).toEqual(rows.map(() => done))
  expect(on.sent).toEqual(rows.map(() => alone))
})

it('when the answer is lost, nobody of a group is told that it failed', async () => {
  const url = new URL(store.url)
  await using proxy = await FaultProxy.start({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${proxy.port}`
  await using sql = await openSql({ url: url.href, poolSize: 2, connectionTimeoutMs: 2_000 })
  const rows = await tables()
  const before: Promise<unknown>[] = []
  const on = held(
    replaceMethods(sql, {
      async run<Row>(...args: Parameters<Sql['run']>): Promise<Row[]> {
        if (args[0].name === together) {
          await Promise.all(before)
          // What is sent after that arrives, and its answer does not.
          proxy.faults = { resetAfterReceived: 1 }
        }
        const rows = sql.run<Row>(...args)
        before.push(rows)
        return await rows
      },
    }),
  )
  const outcomes = await replaceAll(rows.slice(0, 6), on)
  expect(outcomes.slice(0, 2)).toEqual([done, done])
  for (const outcome of outcomes.slice(2))
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'commit-state-unknown' } })
  const versions = new Set((await tables()).slice(2, 6).map(({ version }) => version))
  expect(versions.size).toBe(1)
})
