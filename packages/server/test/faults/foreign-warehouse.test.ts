import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Json } from '@headgate/json'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { append, schema, textAt } from '../iceberg/tables.ts'
import { fileTestPlaces } from '../../../storage/test/places.ts'
import { statement } from '../../src/store/sql.ts'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'
import { MainProcess } from './main-process.ts'
import { type TimedResponse, send } from './send.ts'
import { connectClient, toPath } from './upgrade/client.ts'

let place: FaultPlace
let server: MainProcess
/** Roots of the warehouses `victim` and `thief`. */
let roots: { readonly victim: string; readonly thief: string }
beforeEach(async () => {
  place = await faultPlace()
  server = await MainProcess.start(place.environment())
  const directory = `${dirname(place.root)}/warehouses`
  roots = { victim: `${directory}/victim`, thief: `${directory}/thief` }
  for (const [name, root] of Object.entries(roots))
    await must('POST', '/management/v1/warehouses', {
      name,
      storage: { type: 'file', root },
      retentionSeconds: 0,
    })
  for (const name of Object.keys(roots)) await must('POST', `/v1/${name}/namespaces`, { namespace: ['n'] })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await place[Symbol.asyncDispose]()
})

/** Sends a request as the administrator. Throws unless the status is 2xx. */
async function must(method: string, path: string, body?: Json): Promise<TimedResponse> {
  const response = await send(server.url, method, path, body)
  if (response === null || response.status >= 300)
    throw new Error(`${method} ${path}: ${response?.status} ${JSON.stringify(response?.json)}`)
  return response
}

/** Writes a file at a `file:` location, and returns the location. */
async function put(location: string): Promise<string> {
  await mkdir(dirname(fileURLToPath(location)), { recursive: true })
  await writeFile(fileURLToPath(location), location)
  return location
}

/** Returns the content of each file below a directory. */
async function filesBelow(root: string): Promise<Record<string, string>> {
  const entries = await readdir(fileURLToPath(root), { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const read = paths.toSorted().map(async (path) => [path, await readFile(path, 'base64')] as const)
  return Object.fromEntries(await Promise.all(read))
}

/**
 * Creates a table with files in `victim`, and a file that no table claims. Returns the locations of all
 * files.
 */
async function makeVictim(): Promise<{ location: string; files: string[] }> {
  const created = await must('POST', toPath('victim', ['n'], 'tables'), { name: 't', schema })
  const location = textAt(created.json, 'metadata', 'location')
  return {
    location,
    files: [
      textAt(created.json, 'metadata-location'),
      await put(`${location}/data/part.parquet`),
      await put(`${roots.victim}/landing/incoming.parquet`),
    ],
  }
}

const nameStatistics = (paths: readonly string[]): Json => ({
  requirements: [],
  updates: paths.flatMap((path, n) => [
    ...append(n + 1, n + 1, ...(n === 0 ? [] : [n])),
    {
      action: 'set-statistics',
      'snapshot-id': n + 1,
      statistics: {
        'snapshot-id': n + 1,
        'statistics-path': path,
        'file-size-in-bytes': 4,
        'file-footer-size-in-bytes': 2,
        'blob-metadata': [],
      },
    },
  ]),
})

test('A manager of a warehouse does not get the directory of another warehouse as an allowed location', async () => {
  const { location } = await makeVictim()
  const before = await filesBelow(roots.victim)
  const { json } = await must('POST', '/management/v1/principals', { name: 'manager' })
  const grant = (privilege: string): Promise<TimedResponse> =>
    must('POST', '/management/v1/grants', {
      privilege,
      on: { warehouse: 'thief' },
      to: { principal: 'manager' },
    })
  await grant('manage')
  const manager = await connectClient(server.url, 'manager', textAt(json, 'secret', 'clientSecret'))
  const wanted = [roots.victim, `${roots.victim}/`, dirname(roots.victim), location, `${location}/data`]
  const allow = (place: string): Promise<TimedResponse> =>
    manager.send('PATCH', '/management/v1/warehouses/thief', { allowedLocations: [place] })
  for (const place of wanted) expect((await allow(place)).status, place).toBe(403)
  await grant('administer-storage')
  for (const place of wanted) {
    const response = await allow(place)
    expect(response.status, place).toBe(409)
    expect(textAt(response.json, 'error', 'message')).toMatch(
      / (?:is equal to or inside|contains) .* of warehouse victim\./,
    )
  }
  for (const [at, place] of wanted.entries()) {
    const body = { name: `t${at}`, schema, location: place }
    const response = await manager.send('POST', toPath('thief', ['n'], 'tables'), body)
    expect([400, 403], place).toContain(response.status)
  }
  // Control case: the manager may add an allowed location that no other warehouse has, and tables can use it.
  const free = `${dirname(roots.victim)}/free`
  await mkdir(fileURLToPath(free), { recursive: true })
  expect((await allow(free)).status).toBe(200)
  const body = { name: 'free', schema, location: `${free}/t` }
  expect((await manager.send('POST', toPath('thief', ['n'], 'tables'), body)).status).toBe(200)
  expect(await filesBelow(roots.victim)).toEqual(before)
})

test('A purge deletes no file of another warehouse, also when the database says that the table has its directory', async () => {
  const victim = await makeVictim()
  const created = await must('POST', toPath('thief', ['n'], 'tables'), { name: 't', schema })
  const thief = toPath('thief', ['n'], 'tables', 't')
  const own = await put(`${textAt(created.json, 'metadata', 'location')}/metadata/own.puffin`)
  await must('POST', thief, nameStatistics([own, ...victim.files]))
  const before = await filesBelow(roots.victim)
  await server.end('SIGTERM')

  const [{ id } = { id: '' }] = await place.sql.run<{ id: string }>(
    statement('test_thief', 'select id from relation where uuid = $1'),
    [textAt(created.json, 'metadata', 'table-uuid')],
  )
  const allow = `update warehouse set allowed_locations = $1 where name = 'thief'`
  await place.sql.run(statement('test_force_allowed', allow), [[roots.victim]])
  const claimed = [`${roots.victim}/`, `${victim.location}/`]
  await place.sql.run(
    statement(
      'test_force_claims',
      `with changed as (update relation set prefixes = prefixes || $2::text[] where id = $1 returning id, warehouse_id)
       insert into location_claim (owner_id, warehouse_id, kind, location, place)
       select c.id, c.warehouse_id, 'relation', p.location, p.place from changed c, unnest($2::text[], $3::text[]) p(location, place)`,
    ),
    [id, claimed, fileTestPlaces(claimed)],
  )

  server = await MainProcess.start(place.environment())
  // The server refuses a table that overlaps the other warehouse, although the row of the warehouse now
  // allows the directory.
  const body = { name: 'over', schema, location: `${roots.victim}/over` }
  const over = await send(server.url, 'POST', toPath('thief', ['n'], 'tables'), body)
  expect(over).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringMatching(/^Location overlaps/) as string } },
  })
  await must('DELETE', `${thief}?purgeRequested=true`)
  const left = statement('test_left', 'select from relation where id = $1')
  await expect.poll(() => place.sql.run(left, [id]), { timeout: 20_000 }).toEqual([])
  await expect(access(fileURLToPath(own))).rejects.toThrow('ENOENT')
  expect(await filesBelow(roots.victim)).toEqual(before)
  expect((await must('GET', toPath('victim', ['n'], 'tables', 't'))).status).toBe(200)
})
