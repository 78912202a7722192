import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type JsonObject, stringify } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestResponse, type TestServer, testServer } from '../server.ts'
import { commit, toCreation, readMetadata, schema, setProperties } from './tables.ts'

let server: TestServer
let other: TestServer['send']
let counter = 0
beforeAll(async () => {
  server = await testServer()
  other = await server.replica()
  await server.send('POST', 'namespaces', { namespace: ['o'] })
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/o/tables'
const fresh = (): string => `t${(counter += 1)}`
const place = (): string => `${server.root}/place-${fresh()}`
const overlap = {
  status: 400,
  json: { error: { message: expect.stringMatching(/^Location overlaps/) as string } },
}

async function table(more: object = {}, name = fresh()): Promise<string> {
  expect((await server.send('POST', tables, { name, schema, ...more })).status).toBe(200)
  return name
}

/** Returns one request for each way to give a table this location. */
function waysTo(location: string): readonly (readonly [string, () => Promise<TestResponse>])[] {
  const paths = ['write.data.path', 'write.metadata.path', 'write.object-storage.path']
  return [
    ['create', () => server.send('POST', tables, { name: fresh(), schema, location })],
    ['move', async () => commit(server.send, `${tables}/${await table()}`, [setLocation(location)])],
    ...paths.map(
      (key) =>
        [
          key,
          async () => commit(server.send, `${tables}/${await table()}`, [setProperties({ [key]: location })]),
        ] as const,
    ),
    [
      'register',
      async () =>
        register(
          fresh(),
          await writeMetadataFile({ location: place(), properties: { 'write.data.path': location } }),
        ),
    ],
    [
      'transaction',
      async () =>
        transaction([
          { name: await table(), updates: [setLocation(location)] },
          { name: await table(), updates: [setProperties({ innocent: 'yes' })] },
        ]),
    ],
  ]
}

function setLocation(location: string): JsonObject {
  return { action: 'set-location', location }
}

/** Writes a metadata file of a table that does not exist, and returns its location. */
async function writeMetadataFile(more: object): Promise<string> {
  const like = readMetadata(await server.send('GET', `${tables}/${await table()}`))
  const location = `${server.root}/file-${fresh()}.metadata.json`
  const metadata = { ...like, 'table-uuid': crypto.randomUUID(), ...more }
  await writeFile(fileURLToPath(location), stringify(metadata))
  return location
}

function register(name: string, location: string, more: object = {}): Promise<TestResponse> {
  return server.send('POST', 'namespaces/o/register', { name, 'metadata-location': location, ...more })
}

function transaction(
  changes: readonly { name: string; updates: JsonObject[]; requirements?: JsonObject[] }[],
): Promise<TestResponse> {
  return server.send('POST', 'transactions/commit', {
    'table-changes': changes.map(({ name, updates, requirements = [] }) => ({
      identifier: { namespace: ['o'], name },
      requirements,
      updates,
    })),
  })
}

async function expectTaken(location: string): Promise<void> {
  for (const at of [location, `${location}/`, `${location}/below`])
    for (const [way, attempt] of waysTo(at)) expect(await attempt(), `${way} ${at}`).toMatchObject(overlap)
  for (const at of [`${location}${fresh()}`, `${location}-${fresh()}`]) {
    const [[, create] = []] = waysTo(at)
    expect((await create?.())?.status, at).toBe(200)
  }
}

test('the server refuses a location that another table claims in every request that sets one: create, commit, register and transaction', async () => {
  const [own, data, metadata] = [place(), place(), place()]
  await table({
    location: own,
    properties: { 'write.data.path': data, 'write.metadata.path': `${metadata}/` },
  })
  for (const location of [own, data, metadata]) await expectTaken(location)
})

test('a table claims its location after a rename, a drop and a restore, and after a commit moved the table elsewhere', async () => {
  const [own, data] = [place(), place()]
  const name = await table({ location: own, properties: { 'write.data.path': data } })
  const renamed = fresh()
  const [source, destination] = [name, renamed].map((table) => ({ namespace: ['o'], name: table }))
  expect((await server.send('POST', 'tables/rename', { source, destination })).status).toBe(204)
  await expectTaken(data)
  expect((await server.send('DELETE', `${tables}/${renamed}`)).status).toBe(204)
  await expectTaken(own)
  await expectTaken(data)
  const { json } = await server.send('GET', '/management/v1/warehouses/lakehouse/dropped')
  const [dropped] = (json as { dropped: { id: string; name: string }[] }).dropped.filter(
    (one) => one.name === renamed,
  )
  const restored = `/management/v1/warehouses/lakehouse/dropped/${dropped?.id}/restore`
  expect((await server.send('POST', restored, {})).status).toBeOneOf([200, 204])
  await expectTaken(data)
  const left = { action: 'remove-properties', removals: ['write.data.path'] }
  expect((await commit(server.send, `${tables}/${renamed}`, [left])).status).toBe(200)
  await expectTaken(data)
  const back = [setProperties({ 'write.data.path': data })]
  expect((await commit(server.send, `${tables}/${renamed}`, back)).status).toBe(200)
})

test('a table that is registered over another one claims its new locations, but not those of other tables', async () => {
  const [own, taken] = [place(), place()]
  await table({ location: taken })
  const name = await table({ location: own })
  const uuid = readMetadata(await server.send('GET', `${tables}/${name}`))['table-uuid']
  const over = (location: string): Promise<TestResponse> => register(name, location, { overwrite: true })
  for (const properties of [{ 'write.data.path': taken }, { 'write.metadata.path': `${taken}/below` }])
    expect(
      await over(await writeMetadataFile({ 'table-uuid': uuid, location: own, properties })),
    ).toMatchObject(overlap)
  const moved = place()
  expect(
    (await over(await writeMetadataFile({ 'table-uuid': uuid, location: moved, properties: {} }))).status,
  ).toBe(200)
  await expectTaken(moved)
  await expectTaken(own)
})

test('a transaction whose tables claim overlapping locations changes no table', async () => {
  const location = place()
  const [a, b] = [await table(), await table()]
  const before = await Promise.all([a, b].map((name) => server.send('GET', `${tables}/${name}`)))
  for (const [first, second] of [
    [setLocation(location), setLocation(`${location}/below`)],
    [setLocation(`${location}/below`), setProperties({ 'write.data.path': location })],
    [setProperties({ 'write.data.path': location }), setProperties({ 'write.metadata.path': location })],
  ] as const)
    expect(
      await transaction([
        { name: a, updates: [first] },
        { name: b, updates: [second] },
      ]),
    ).toMatchObject(overlap)
  const staged = await Promise.all(
    [location, `${location}/below`].map(async (at) => {
      const name = fresh()
      const { requirements, updates } = toCreation(
        await server.send('POST', tables, { name, schema, 'stage-create': true }),
      )
      const moved = updates.filter(({ action }) => action !== 'set-location')
      return { name, requirements, updates: [...moved, setLocation(at)] }
    }),
  )
  expect(await transaction(staged)).toMatchObject(overlap)
  expect(
    await transaction([...staged.slice(0, 1), { name: b, updates: [setLocation(location)] }]),
  ).toMatchObject(overlap)
  for (const { name } of staged) expect((await server.send('HEAD', `${tables}/${name}`)).status).toBe(404)
  const after = await Promise.all([a, b].map((name) => server.send('GET', `${tables}/${name}`)))
  expect(after.map(({ json }) => json)).toEqual(before.map(({ json }) => json))
  await table({ location })
})

test('only one of many concurrent requests for overlapping locations succeeds, by all operations and replicas', async () => {
  for (let round = 0; round < 5; round += 1) {
    const base = place()
    const at = (n: number): string => [base, `${base}/a`, `${base}/a/b`][n % 3] ?? base
    const names = await Promise.all(Array.from({ length: 12 }, () => table()))
    const file = await writeMetadataFile({ location: base })
    const send = (n: number): TestServer['send'] => (n % 2 === 0 ? server.send : other)
    const responses = await Promise.all(
      names.map((name, n) => {
        const path = `${tables}/${name}`
        switch (n % 6) {
          case 0:
            return commit(send(n), path, [setLocation(at(n / 6))])
          case 1:
            return commit(send(n), path, [setProperties({ 'write.data.path': at(n) })])
          case 2:
            return commit(send(n), path, [setProperties({ 'write.metadata.path': at(n / 2) })])
          case 3:
            return send(n)('POST', tables, { name: fresh(), schema, location: at(n / 3) })
          case 4:
            return transaction([
              { name, updates: [setLocation(at(n))] },
              { name: names[(n + 7) % 12] ?? '', updates: [] },
            ])
          default:
            return register(fresh(), file)
        }
      }),
    )
    const made = responses.filter(({ status }) => status < 300)
    expect(
      made.length,
      JSON.stringify(responses.map(({ status, json }) => [status, json]).slice(0, 12)),
    ).toBe(1)
    for (const response of responses)
      if (!made.includes(response)) expect(response.status).toBeOneOf([400, 409])
  }
})
