import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replaceMethods } from '../faults/replace-methods.ts'
import { toCreation, errorBody, readLocation, readMetadata, schema } from '../iceberg/tables.ts'
import { statement } from '../../src/store/sql.ts'
import { type Send, type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'

const races = 240
const filesOfEach = 12
const tables = 'namespaces/n/tables'
const orphans = '/management/v1/warehouses/lakehouse/orphans'

let server: TestServer
let replica: Send
let ann: TestCaller
/** Called when the server begins to delete the files of a staged table. */
let onDelete: (() => void) | undefined
beforeAll(async () => {
  server = await testServer({
    wrapStorage: (storage) =>
      replaceMethods(storage, {
        async deleteMany(...call) {
          onDelete?.()
          await sleep(Math.random() * 10)
          return storage.deleteMany(...call)
        },
      }),
  })
  replica = await server.replica()
  await server.send('POST', 'namespaces', { namespace: ['n'] })
  ann = await server.caller('ann')
  await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to: ann })
})
afterAll(() => server[Symbol.asyncDispose]())

const aged = statement(
  'test_aged',
  `update staged_relation set created_at = created_at - interval '2 hours' where uuid = $1 returning id`,
)

interface Staged {
  readonly id: string
  readonly path: string
  readonly response: TestResponse
}

/** Stages a table two hours ago, and writes its data files. */
async function stageWithFiles(send: Send, name: string, location?: string): Promise<Staged> {
  const place = location === undefined ? {} : { location }
  const response = await send('POST', tables, { name, schema, 'stage-create': true, ...place })
  expect(response.status).toBe(200)
  const folder = toDataPath(response)
  await mkdir(folder, { recursive: true })
  const files = Array.from({ length: filesOfEach }, (_, n) => join(folder, `${n}.parquet`))
  await Promise.all(files.map((file) => writeFile(file, 'x')))
  const [row] = await server.sql.run<{ id: string }>(aged, [readMetadata(response)['table-uuid']])
  return { id: row?.id ?? '', path: `${tables}/${name}`, response }
}

const toDataPath = (response: TestResponse): string => join(fileURLToPath(readLocation(response)), 'data')
const filesIn = async (response: TestResponse): Promise<number> =>
  (await readdir(toDataPath(response)).catch(() => [])).length

const clear = ({ id }: Staged): Promise<TestResponse> =>
  server.send('DELETE', `${orphans}/${id}?olderThanSeconds=3600`)
const finish = (send: Send, { path, response }: Staged): Promise<TestResponse> =>
  send('POST', path, toCreation(response))

type Order = 'clear first' | 'commit first' | 'at once' | 'commit while files are deleted'
const orders = ['clear first', 'commit first', 'at once', 'commit while files are deleted'] as const

/** Sends the clearing of the staged table and its commit in this order, a few milliseconds apart. */
async function race(
  order: Order,
  by: Send,
  staged: Staged,
): Promise<[cleared: TestResponse, done: TestResponse]> {
  const pause = Math.random() * 15
  switch (order) {
    case 'clear first':
      return Promise.all([clear(staged), sleep(pause).then(() => finish(by, staged))])
    case 'commit first':
      return Promise.all([sleep(pause).then(() => clear(staged)), finish(by, staged)])
    case 'at once':
      return Promise.all([clear(staged), finish(by, staged)])
    case 'commit while files are deleted': {
      const { promise: deleting, resolve } = Promise.withResolvers<void>()
      onDelete = resolve
      const both = Promise.all([clear(staged), deleting.then(() => finish(by, staged))])
      return both.finally(() => (onDelete = undefined))
    }
    default:
      return order satisfies never
  }
}

describe.each(orders)('a clearing and the commit of the same staged table, %s', (order) => {
  test.each(['random', 'chosen'])(
    'after the files of a staged table at a %s location are cleared while it is committed, the table has all its files or does not exist',
    { timeout: 120_000 },
    async (place) => {
      const counts = { finished: 0, cleared: 0 }
      const turns = races / orders.length / 2
      for (let turn = 0; turn < turns; turn += 1) {
        // Three cases in turn: a caller with only the privilege `create` commits, a caller with `administer-storage`
        // commits through the server that clears the files, and such a caller commits through another replica.
        const by = [ann.send, server.send, replica][turn % 3] ?? ann.send
        const name = `t-${order.replaceAll(' ', '-')}-${place}-${turn}`
        const staged = await stageWithFiles(
          by,
          name,
          place === 'chosen' ? `${server.root}/${name}` : undefined,
        )
        const [cleared, finished] = await race(order, by, staged)
        const exists = (await server.send('GET', staged.path)).status === 200
        if (exists) {
          expect(finished.status, name).toBe(200)
          expect(cleared, name).toMatchObject({ status: 404 })
          expect(await filesIn(staged.response), name).toBe(filesOfEach)
          counts.finished += 1
        } else {
          expect(finished.status, name).toBe(400)
          expect(cleared, name).toMatchObject({ status: 200, json: { done: true } })
          expect(await filesIn(staged.response), name).toBe(0)
          counts.cleared += 1
        }
        // A commit after the clearing also does not create the table.
        if (!exists) expect((await finish(by, staged)).status, name).toBe(400)
      }
      expect(counts.finished + counts.cleared).toBe(turns)
      if (order === 'commit while files are deleted') expect(counts.finished).toBe(0)
      if (order === 'clear first') expect(counts.cleared).toBeGreaterThan(0)
      if (order === 'commit first') expect(counts.finished).toBeGreaterThan(0)
    },
  )
})

test('A staged table whose files were cleared cannot be completed, also by a holder of administer-storage, and can be created again', async () => {
  const staged = await stageWithFiles(server.send, 'again')
  expect(await clear(staged)).toMatchObject({ status: 200, json: { done: true } })
  expect(await finish(server.send, staged)).toMatchObject(
    errorBody(400, 'BadRequestException', expect.stringMatching(/^Location overlaps/)),
  )
  const location = readLocation(staged.response)
  const body = { name: 'again', schema, location, 'stage-create': true }
  const second = await server.send('POST', tables, body)
  expect(second.status).toBe(200)
  expect((await finish(server.send, { ...staged, response: second })).status).toBe(200)
})
