import type { JsonObject } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Send, type TestServer, testServer } from '../server.ts'
import {
  ascending,
  append,
  commit,
  toCreation,
  readMetadataLocation,
  readMetadata,
  objectAt,
  schema,
  setProperties,
} from './tables.ts'

let server: TestServer
let here: Send
let there: Send
beforeAll(async () => {
  server = await testServer()
  here = server.send
  there = await server.replica()
  await here('POST', 'namespaces', { namespace: ['r'] })
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/r/tables'
const create = (name: string): Promise<unknown> => here('POST', tables, { name, schema })

test('50 clients append through two replicas: each acknowledged snapshot exists exactly once, and all other appends result in 409', async () => {
  await create('busy')
  await commit(here, `${tables}/busy`, append(1n, 1))
  const acknowledged: bigint[] = []
  await Promise.all(
    Array.from({ length: 50 }, async (_, client) => {
      const send = client % 2 === 0 ? here : there
      const id = 4_611_686_018_427_387_904n + BigInt(client)
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const { metadata } = objectAt((await send('GET', `${tables}/busy`)).json)
        const { 'last-sequence-number': last, 'current-snapshot-id': parent } = objectAt(metadata)
        const response = await commit(send, `${tables}/busy`, append(id, Number(last) + 1, parent as bigint))
        expect(response.status).toBeOneOf([200, 409])
        if (response.status !== 200) continue
        acknowledged.push(id)
        return
      }
    }),
  )
  const snapshots = readMetadata(await there('GET', `${tables}/busy`))['snapshots'] as {
    'snapshot-id': bigint
    'sequence-number': number
  }[]
  expect(acknowledged.length).toBeGreaterThan(10)
  expect(snapshots.map((snapshot) => snapshot['snapshot-id']).toSorted(ascending)).toEqual(
    [1, ...acknowledged].toSorted(ascending),
  )
  expect(snapshots.map((snapshot) => snapshot['sequence-number'])).toEqual(
    snapshots.map((_, index) => index + 1),
  )
})

test('60 commits without conflicts succeed through two replicas', async () => {
  await create('merge')
  const responses = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      commit(n % 2 === 0 ? here : there, `${tables}/merge`, [setProperties({ [`k${n}`]: 'v' })]),
    ),
  )
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200))
  const { properties } = readMetadata(await here('GET', `${tables}/merge`))
  for (let n = 0; n < 60; n += 1) expect(properties).toHaveProperty(`k${n}`)
  expect(new Set(responses.map(readMetadataLocation)).size).toBe(60)
})

test('a replica reads the commits that another replica acknowledged', async () => {
  await create('fresh')
  for (let n = 0; n < 16; n += 1) {
    const [writer, reader] = n % 2 === 0 ? [here, there] : [there, here]
    const written = await commit(writer, `${tables}/fresh`, [setProperties({ n: String(n) })])
    expect(readMetadataLocation(await reader('GET', `${tables}/fresh`))).toBe(readMetadataLocation(written))
  }
})

function tag(id: number): JsonObject {
  return { action: 'set-snapshot-ref', 'ref-name': 'tag', type: 'tag', 'snapshot-id': id }
}

test('the server checks a commit against the current state, also when the commit would not change the state that a replica has cached', async () => {
  await create('memory')
  const path = `${tables}/memory`
  await commit(here, path, [...append(1, 1), tag(1)])
  await commit(there, path, [...append(2, 2, 1), tag(2)])
  expect((await commit(here, path, [tag(1)])).status).toBe(200)
  expect(readMetadata(await there('GET', path))['refs']).toMatchObject({ tag: { 'snapshot-id': 1 } })
  await commit(there, path, [tag(2)])
  const stale = await commit(
    here,
    path,
    [],
    [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }],
  )
  expect(stale).toMatchObject({
    status: 409,
    json: { error: { message: 'Requirement failed: branch main was created concurrently' } },
  })
})

test('a commit never changes another table that received the name after the commit began', async () => {
  const path = `${tables}/swapped`
  for (let round = 0; round < 3; round += 1) {
    const created = await here('POST', tables, { name: 'swapped', schema })
    const uuid = readMetadata(created)['table-uuid'] ?? null
    await commit(here, path, [setProperties({ warm: 'up' })])
    const commits = Array.from({ length: 6 }, (_, n) =>
      commit(
        n % 2 === 0 ? here : there,
        path,
        [setProperties({ [`n${n}`]: 'v' })],
        [{ type: 'assert-table-uuid', uuid }],
      ),
    )
    const dropped = await there('DELETE', path)
    expect(dropped.status).toBe(204)
    const again = await there('POST', tables, { name: 'swapped', schema })
    expect(again.status).toBe(200)
    for (const response of await Promise.all(commits)) expect(response.status).toBeOneOf([200, 404, 409])
    const late = await commit(
      here,
      path,
      [setProperties({ late: 'v' })],
      [{ type: 'assert-table-uuid', uuid }],
    )
    expect(late).toMatchObject({ status: 409, json: { error: { type: 'CommitFailedException' } } })
    const { properties } = readMetadata(await here('GET', path))
    expect(
      Object.keys(objectAt(properties)).filter((key) => key !== 'write.parquet.compression-codec'),
    ).toEqual([])
    await here('DELETE', path)
  }
})

test('a commit that runs concurrently with a rename takes effect before the rename or results in 404', async () => {
  for (let round = 0; round < 3; round += 1) {
    const [from, to] = [`from-${round}`, `to-${round}`]
    await create(from)
    await commit(here, `${tables}/${from}`, [setProperties({ warm: 'up' })])
    const [committed, renamed] = await Promise.all([
      commit(here, `${tables}/${from}`, [setProperties({ p: 'v' })]),
      there('POST', 'tables/rename', {
        source: { namespace: ['r'], name: from },
        destination: { namespace: ['r'], name: to },
      }),
    ])
    expect(renamed.status).toBe(204)
    expect(committed.status).toBeOneOf([200, 404])
    const { properties } = readMetadata(await there('GET', `${tables}/${to}`))
    expect('p' in objectAt(properties)).toBe(committed.status === 200)
    expect((await commit(here, `${tables}/${from}`, [setProperties({ p: 'late' })])).status).toBe(404)
  }
})

test('one staged create that is committed many times concurrently creates one table', async () => {
  const staged = await here('POST', tables, { name: 'staged-race', schema, 'stage-create': true })
  const responses = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      (n % 2 === 0 ? here : there)('POST', `${tables}/staged-race`, toCreation(staged)),
    ),
  )
  expect(responses.map(({ status }) => status).toSorted(ascending)).toEqual([
    200,
    ...Array.from({ length: 9 }, () => 409),
  ])
})

test('transactions over the same tables in opposite orders all succeed', async () => {
  const names = ['o1', 'o2', 'o3', 'o4']
  await Promise.all(names.map(create))
  const responses = await Promise.all(
    Array.from({ length: 24 }, (_, n) => {
      const order = n % 2 === 0 ? names : names.toReversed()
      const changes = order.map((name) => ({
        identifier: { namespace: ['r'], name },
        requirements: [],
        updates: [setProperties({ [`k${n}`]: 'v' })],
      }))
      return (n % 4 < 2 ? here : there)('POST', 'transactions/commit', { 'table-changes': changes })
    }),
  )
  for (const { status } of responses) expect(status).toBeOneOf([204, 409])
  const acknowledged = responses.flatMap(({ status }, n) => (status === 204 ? [`k${n}`] : []))
  expect(acknowledged.length).toBeGreaterThan(12)
  for (const name of names) {
    const { properties } = readMetadata(await here('GET', `${tables}/${name}`))
    expect(
      Object.keys(objectAt(properties))
        .filter((key) => key.startsWith('k'))
        .toSorted(ascending),
    ).toEqual(acknowledged.toSorted(ascending))
  }
})

test('only one of many transactions that create the same tables in opposite orders succeeds', async () => {
  const names = ['n1', 'n2', 'n3']
  const responses = await Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      const send = n % 2 === 0 ? here : there
      const order = n % 2 === 0 ? names : names.toReversed()
      const changes = await Promise.all(
        order.map(async (name) => {
          const staged = await send('POST', tables, { name, schema, 'stage-create': true })
          if (staged.status !== 200) return null
          return { identifier: { namespace: ['r'], name }, ...toCreation(staged) }
        }),
      )
      return send('POST', 'transactions/commit', {
        'table-changes': changes.filter((change) => change !== null),
      })
    }),
  )
  expect(responses.filter(({ status }) => status === 204)).toHaveLength(1)
  for (const { status } of responses) expect(status).toBeOneOf([204, 409, 400])
})

test('a namespace in which a table is created concurrently is not dropped', async () => {
  for (let round = 0; round < 6; round += 1) {
    await here('POST', 'namespaces', { namespace: [`d${round}`] })
    const [created, dropped] = await Promise.all([
      round % 2 === 0
        ? here('POST', `namespaces/d${round}/tables`, { name: 't', schema })
        : here('POST', 'namespaces', { namespace: [`d${round}`, 'inner'] }),
      there('DELETE', `namespaces/d${round}`),
    ])
    expect([created.status, dropped.status]).toBeOneOf([
      [200, 409],
      [404, 204],
    ])
    expect((await here('HEAD', `namespaces/d${round}`)).status).toBe(dropped.status === 204 ? 404 : 204)
  }
})

test('the server stores all namespace properties that two replicas set concurrently', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      (n % 2 === 0 ? here : there)('POST', 'namespaces/r/properties', { updates: { [`p${n}`]: 'v' } }),
    ),
  )
  const { properties } = objectAt((await here('GET', 'namespaces/r')).json)
  expect(Object.keys(objectAt(properties))).toHaveLength(20)
})
