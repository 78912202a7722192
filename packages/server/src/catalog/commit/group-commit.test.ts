import { randomUUID } from 'node:crypto'
import { FaultProxy } from '@headgate/testkit'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceMethods } from '../../../test/faults/replace-methods.ts'
import { openSql } from '../../store/pool.ts'
import type { Sql } from '../../store/sql.ts'
import { type TestStore, testStore } from '../../../test/store/database.ts'
import { GroupCommit } from './group-commit.ts'
import {
  readTables,
  makeTables,
  replaceAll,
  replaced,
  toReplacement,
  toCommitRecord,
  type TableRow,
  watched,
} from '../../../test/catalog/group-commit.ts'

let store: TestStore
let rows: readonly TableRow[]
beforeEach(async () => {
  store = await testStore()
  await makeTables(store.sql)
  rows = await readTables(store.sql)
})
afterEach(() => store[Symbol.asyncDispose]())

const alone = 'relation_replace'
const together = 'relation_replace_together'
const done = { status: 'fulfilled', value: true } as const
const moved = { status: 'fulfilled', value: false } as const

/** Expects that only the rows of the tables that `isReplaced` selects have changed. */
async function expectReplaced(isReplaced: (row: TableRow, index: number) => boolean): Promise<void> {
  expect(await readTables(store.sql)).toEqual(
    rows.map((row, index) => (isReplaced(row, index) ? replaced(row) : row)),
  )
}

describe('GroupCommit', () => {
  it('GroupCommit writes changes that arrive while a statement runs with one statement, each change completely and once', async () => {
    const { sql, sent } = watched(store.sql)
    const recorded: string[] = []
    const outcomes = await replaceAll(sql, rows, ({ name }, replacement, record) => [
      replacement,
      { ...record, onCommit: () => recorded.push(name) },
    ])
    expect(outcomes).toEqual(rows.map(() => done))
    // The first two changes run in separate statements. The next statement contains 16 changes, and the last one the
    // other 12.
    expect(sent).toEqual([alone, alone, together, together])
    expect(recorded.toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
    await expectReplaced(() => true)
  })

  it('GroupCommit refuses each change of a group whose row changed, whose policy changed, or whose request was aborted', async () => {
    const { sql, sent } = watched(store.sql)
    const late = new Error('called back')
    const tooLate = (): never => {
      throw late
    }
    const outcomes = await replaceAll(sql, rows.slice(0, 9), ({ name }, replacement, record) => {
      const { rowVersion } = replacement
      switch (name) {
        case 't2':
          return [{ ...replacement, rowVersion: { ...rowVersion, version: 7 } }, record]
        case 't7':
          return [{ ...replacement, rowVersion: { ...rowVersion, metadataLocation: 'lost' } }, record]
        case 't3':
          return [{ ...replacement, rowVersion: { ...rowVersion, namespaceId: randomUUID() } }, record]
        case 't4':
          return [{ ...replacement, rowVersion: { ...rowVersion, name: 'other' } }, record]
        case 't5':
          return [replacement, { ...record, policyVersion: record.policyVersion + 1 }]
        case 't6':
          return [replacement, { ...record, onSend: tooLate }]
        default:
          return [replacement, record]
      }
    })
    const called = { status: 'rejected', reason: late }
    expect(outcomes).toEqual([done, done, moved, moved, moved, moved, called, moved, done])
    expect(sent).toEqual([alone, alone, together, alone, alone, alone, alone, alone])
    await expectReplaced((_, index) => [0, 1, 8].includes(index))
  })

  it('GroupCommit retries each change in its own statement when one of them violates a constraint', async () => {
    const { sql, sent } = watched(store.sql)
    const outcomes = await replaceAll(sql, rows.slice(0, 6), ({ name }, replacement, record) =>
      name === 't3' ? [{ ...replacement, uuid: rows[9]?.uuid ?? '' }, record] : [replacement, record],
    )
    const broken = { status: 'rejected', reason: { constraint: 'relation_warehouse_id_uuid_key' } }
    expect(outcomes).toMatchObject([done, done, done, broken, done, done])
    expect(sent).toEqual([alone, alone, together, alone, alone, alone, alone])
    await expectReplaced((_, index) => index < 6 && index !== 3)
  })

  it('GroupCommit does not wait for a transaction that locks the row of another change, or for a statement that does not end', async () => {
    const holder = new Client({ connectionString: store.url })
    await holder.connect()
    try {
      await holder.query(`begin; select from relation where name in ('t0', 't1', 't2') for update`)
      const ended: string[] = []
      const commits = new GroupCommit(store.sql)
      const outcomes = rows.slice(0, 8).map(async (row) => {
        const outcome = await commits.replace(toReplacement(row), toCommitRecord(row))
        ended.push(row.name)
        return outcome
      })
      await expect.poll(() => ended.toSorted()).toEqual(['t3', 't4', 't5', 't6', 't7'])
      await holder.query('commit')
      expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => true))
    } finally {
      await holder.end()
    }
    await expectReplaced((_, index) => index < 8)
  })

  it('GroupCommit combines changes in one statement again after a statement that did not respond has ended', async () => {
    const held = Promise.withResolvers<void>()
    const { sql, sent } = watched(
      replaceMethods(store.sql, {
        async run<Row>(...args: Parameters<Sql['run']>): Promise<Row[]> {
          await held.promise
          return store.sql.run<Row>(...args)
        },
      }),
    )
    const commits = new GroupCommit(sql)
    const send = (some: readonly TableRow[]): Promise<boolean>[] =>
      some.map((row) => commits.replace(toReplacement(row), toCommitRecord(row)))
    const first = send(rows.slice(0, 6))
    await expect.poll(() => sent).toEqual([alone, alone, together])
    held.resolve()
    await Promise.all(first)
    await Promise.all(send(rows.slice(6, 12)))
    expect(sent.slice(3)).toEqual([alone, alone, together])
  })
})

it('GroupCommit never puts two commits to one relation into one statement: one of them is committed', async () => {
  const { sql, sent } = watched(store.sql)
  const [first, second, third] = rows
  if (!first || !second || !third) throw new TypeError('no tables')
  const outcomes = await replaceAll(sql, [first, second, third, third, third])
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value)).toHaveLength(3)
  expect(outcomes.slice(2)).toContainEqual(moved)
  expect(sent).toEqual([alone, alone, alone, alone, alone])
  await expectReplaced((_, index) => index < 3)
})

it('GroupCommit writes a large metadata text, a text in storage, and two different kinds of changes in separate statements', async () => {
  const { sql, sent } = watched(store.sql)
  const body = { compressed: Buffer.alloc(70_000, 7), length: 1, crc: 1 }
  const outcomes = await replaceAll(sql, rows.slice(0, 8), ({ name }, replacement, record) => [
    {
      ...replacement,
      ...(['t2', 't3'].includes(name) ? { body } : {}),
      ...(['t4', 't5'].includes(name) ? { body: null } : {}),
      ...(['t6', 't7'].includes(name) ? { refs: body } : {}),
    },
    record,
  ])
  expect(outcomes).toEqual(outcomes.map(() => done))
  expect(sent).toEqual(outcomes.map(() => alone))
})

it('GroupCommit reports an unknown outcome to all changes of a group when the response is lost', async () => {
  const url = new URL(store.url)
  await using proxy = await FaultProxy.start({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${proxy.port}`
  await using slow = await openSql({ url: url.href, poolSize: 2 })
  const before: Promise<unknown>[] = []
  const { sql, sent } = watched(
    replaceMethods(slow, {
      async run<Row>(...args: Parameters<Sql['run']>): Promise<Row[]> {
        if (args[0].name === together) {
          await Promise.all(before)
          // The proxy forwards later messages to the database, but drops the responses.
          proxy.faults = { resetAfterReceived: 1 }
        }
        const response = slow.run<Row>(...args)
        before.push(response)
        return await response
      },
    }),
  )
  const outcomes = await replaceAll(sql, rows.slice(0, 6))
  const unknown = { status: 'rejected', reason: { code: 'commit-state-unknown' } }
  expect(outcomes).toMatchObject([done, done, unknown, unknown, unknown, unknown])
  expect(sent).toEqual([alone, alone, together])
  const there = (await readTables(store.sql)).filter(({ version }) => version > 1).length
  expect([2, 6]).toContain(there)
})
