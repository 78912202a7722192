import { rm, writeFile } from 'node:fs/promises'
import type { JsonObject } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { manifestOf, manifestPath, stageVersion } from '../lance/lance.ts'
import { type Change, hold, killAt, type Prepare, repeat, type Request, steps } from './attempts.ts'
import { done } from './changes.ts'
import { type Client, FaultFixture } from './fault-fixture.ts'

let fixture: FaultFixture
beforeAll(async () => {
  fixture = await FaultFixture.open()
  await done(fixture.client, post('namespace/k/create'))
})
afterAll(() => fixture[Symbol.asyncDispose]())

function post(path: string, body: JsonObject = {}): Request {
  return { method: 'POST', path: `/lance/lakehouse/v1/${path}`, body }
}

async function declared(client: Client, name: string): Promise<string> {
  const { json } = await done(client, post(`table/k$${name}/declare`))
  return (json as { location: string }).location
}

/** Returns the visible versions of a table. Null: the table does not exist. */
async function versionsOf(client: Client, name: string): Promise<number[] | null> {
  const request = post(`table/k$${name}/version/list`)
  const response = await client.send(request.method, request.path)
  if (response?.status === 404) return null
  if (response?.status !== 200) throw new Error(`${name}: ${response?.status}`)
  return (response.json as { versions: { version: number }[] }).versions.map(({ version }) => version)
}

async function create(client: Client, name: string, location: string, version: number): Promise<void> {
  const { body } = await stageVersion(location, version, 'more')
  await done(client, post(`table/k$${name}/version/create`, body))
}

const expire = statement(
  'fault_expire_batches',
  `update lance_version set ends_at = now() where state = 'pending' and relation_id in (select id from relation where starts_with(name, $1))`,
)

/** Ends the time of the batches on tables whose names have a prefix, as the clock does. */
async function expireBatches(prefix: string): Promise<void> {
  await fixture.place.sql.run(expire, [prefix])
}

const commitVersion: Prepare = async (client, name) => {
  const location = await declared(client, name)
  await create(client, name, location, 1)
  const { body } = await stageVersion(location, 2, 'killed')
  return {
    request: post(`table/k$${name}/version/create`, body),
    look: async () => (await versionsOf(client, name))?.length === 2,
    async goOn() {
      await create(client, name, location, 3)
      expect(await versionsOf(client, name)).toEqual([1, 2, 3])
    },
  }
}

test('a version commit takes effect completely or not at all when its server is killed', async () => {
  const lost = ['put:before', 'put:half']
  const kept = ['lance_version_write:after', 'answer']
  await killAt(fixture, 'version', steps(commitVersion, { lost, kept }))
})

test('a version whose server was killed between manifest and record is complete, and a repeated request records it', async () => {
  for (const step of ['put:after', 'lance_version_write:before']) {
    const attempts = steps(commitVersion, { lost: [], kept: [step] })
    const held = await hold(fixture.server, fixture.client, `between-${step.replaceAll(/\W/g, '')}`, attempts)
    await fixture.killAndRestart()
    for (const one of held) {
      expect(await one.change.look()).toBe(true)
      await repeat(fixture.client, one)
    }
  }
})

/** Prepares a batch that commits versions of two tables, deletes one version, and declares and deregisters a table. */
const commitBatch: Prepare = async (client, name): Promise<Change> => {
  const [one, two, old, fresh] = [`${name}_1`, `${name}_2`, `${name}_old`, `${name}_new`]
  const locations = { [one]: await declared(client, one), [two]: await declared(client, two) }
  await declared(client, old)
  for (const [table, location] of Object.entries(locations))
    for (const version of [1, 2]) await create(client, table, location, version)
  const versions = await Promise.all(
    Object.entries(locations).map(async ([table, location]) => ({
      create_table_version: { id: ['k', table], ...(await stageVersion(location, 3, 'killed')).body },
    })),
  )
  const operations = [
    ...versions,
    { delete_table_versions: { id: ['k', one], ranges: [{ start_version: 1, end_version: 2 }] } },
    { declare_table: { id: ['k', fresh] } },
    { deregister_table: { id: ['k', old] } },
  ]
  return {
    request: post('table/batch-commit', { operations }),
    // If the killed process has committed the batch, the repetition fails: it declares a table that exists already
    // (409), or deregisters a table that does not exist any more (404).
    repeated: [404, 409],
    async look() {
      await expireBatches(name)
      const state = await Promise.all([one, two, old, fresh].map((table) => versionsOf(client, table)))
      expect(state).toBeOneOf([
        [[1, 2], [1, 2], [], null],
        [[2, 3], [1, 2, 3], null, []],
      ])
      return state[3] !== null
    },
    async goOn() {
      for (const [table, location] of Object.entries(locations)) await create(client, table, location, 4)
      expect(await versionsOf(client, one)).toEqual([2, 3, 4])
      expect(await versionsOf(client, two)).toEqual([1, 2, 3, 4])
    },
  }
}

test('a batch on several tables takes effect completely or not at all when its server is killed', async () => {
  const lost = [
    'lance_versions_reserve:after',
    'commit:after#1',
    'put:before#1',
    'put:after#1',
    'put:after#2',
    'relation_lock:after',
    'lance_batch_commit:after',
    'lance_versions_delete:after',
    'relation_delete:after',
    'record_write:after',
  ]
  await killAt(fixture, 'batch', steps(commitBatch, { lost, kept: [] }))
  for (const [index, step] of ['commit:before#2', 'commit:after#2', 'answer'].entries()) {
    const at = step === 'commit:before#2' ? { lost: [step], kept: [] } : { lost: [], kept: [step] }
    await killAt(fixture, `batch-end-${index}`, steps(commitBatch, at))
  }
})

test('a batch that another client overtakes in the storage changes nothing', async () => {
  const [one, two] = ['overtaken_1', 'overtaken_2']
  const locations = [await declared(fixture.client, one), await declared(fixture.client, two)]
  const entries = await Promise.all(
    [one, two].map(async (table, index) => ({
      id: ['k', table],
      ...(await stageVersion(locations[index] ?? '', 1, 'batch')).body,
    })),
  )
  const { path } = post('table/version/batch-create')
  const response = fixture.server.send(
    'POST',
    path,
    { entries },
    {
      'x-request-id': 'overtaken',
      'x-test-stop': 'put:after#1',
    },
  )
  await fixture.server.reached('overtaken')
  expect(await versionsOf(fixture.client, one)).toEqual([])
  await writeFile(manifestPath(locations[1] ?? '', 1), manifestOf(1, 'direct'))
  fixture.server.release('overtaken')
  expect((await response)?.status).toBe(409)
  expect(await versionsOf(fixture.client, one)).toEqual([])
  expect(await versionsOf(fixture.client, two)).toEqual([1])
  await rm(manifestPath(locations[1] ?? '', 1))
  await create(fixture.client, one, locations[0] ?? '', 1)
})

test('a batch is refused, and keeps the record of a version that another request commits before the batch reserves it', async () => {
  const location = await declared(fixture.client, 'recorded')
  const staged = { id: ['k', 'recorded'], ...(await stageVersion(location, 1, 'batch')).body }
  const response = fixture.server.send(
    'POST',
    post('table/version/batch-create').path,
    { entries: [{ ...staged, metadata: { writer: 'batch' } }] },
    { 'x-request-id': 'recorded', 'x-test-stop': 'lance_versions_reserve:before' },
  )
  await fixture.server.reached('recorded')
  const { body } = await stageVersion(location, 1, 'single')
  const single = { ...body, metadata: { writer: 'single' } }
  await done(fixture.client, post('table/k$recorded/version/create', single))
  fixture.server.release('recorded')
  expect((await response)?.status).toBe(409)
  const { json } = await done(fixture.client, post('table/k$recorded/version/describe', { version: 1 }))
  expect(json).toMatchObject({ version: { version: 1, metadata: { writer: 'single' } } })
})

test('a batch that took longer than its reservation is refused, and its versions are removed', async () => {
  const location = await declared(fixture.client, 'slow')
  const { body } = await stageVersion(location, 1, 'slow')
  const { path } = post('table/version/batch-create')
  const response = fixture.server.send(
    'POST',
    path,
    { entries: [{ id: ['k', 'slow'], ...body }] },
    {
      'x-request-id': 'slow',
      'x-test-stop': 'put:after',
    },
  )
  await fixture.server.reached('slow')
  await expireBatches('slow')
  await create(fixture.client, 'slow', location, 1)
  fixture.server.release('slow')
  expect((await response)?.status).toBe(409)
  expect(await versionsOf(fixture.client, 'slow')).toEqual([1])
})

const declare: Prepare = (client, name) =>
  Promise.resolve({
    request: post(`table/k$${name}/declare`),
    look: async () => (await versionsOf(client, name)) !== null,
    repeated: [409],
    goOn: async () => create(client, name, await locationOf(client, name), 1),
  })

async function locationOf(client: Client, name: string): Promise<string> {
  const { json } = await done(client, post(`table/k$${name}/describe`))
  return (json as { location: string }).location
}

function remove(operation: 'drop' | 'deregister'): Prepare {
  return async (client, name) => {
    const location = await declared(client, name)
    await create(client, name, location, 1)
    return {
      request: post(`table/k$${name}/${operation}`),
      look: async () => (await versionsOf(client, name)) === null,
      repeated: [404],
      goOn: async () => void (await declared(client, name)),
    }
  }
}

test('a declaration, a drop and a deregistration take effect completely or not at all when the server is killed', async () => {
  await killAt(fixture, 'table', [
    ...steps(declare, { lost: ['relation_insert:before'], kept: ['relation_insert:after', 'answer'] }),
    ...steps(remove('drop'), { lost: ['relation_drop:before'], kept: ['relation_drop:after', 'answer'] }),
    ...steps(remove('deregister'), {
      lost: ['relation_delete:before'],
      kept: ['relation_delete:after', 'answer'],
    }),
  ])
})
