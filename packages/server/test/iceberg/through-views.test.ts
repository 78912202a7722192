import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { JsonObject } from '@headgate/json'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { maxViews } from '../../src/access/through-views.ts'
import { deletePrincipal, setPrincipalEnabled } from '../../src/store/principals.ts'
import { statement } from '../../src/store/sql.ts'
import type { TestResponse } from '../server.ts'
import { type Credential, readCredential, keyBelow, storageClient, storageOutcome } from './credentials.ts'
import { commit, readMetadataLocation, setProperties, textAt, viewBody, viewVersion } from './tables.ts'
import { type ViewWorld, viewWorld } from './views.ts'

let world: ViewWorld
let server: ViewWorld['server']
let trino: ViewWorld['trino']
let dora: ViewWorld['dora']
let alice: ViewWorld['alice']
let make: ViewWorld['make']
let idOf: ViewWorld['idOf']
let changed: ViewWorld['changed']
let enter: ViewWorld['enter']
let as: ViewWorld['as']

const table = 'namespaces/raw/tables/t'
const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const inner = 'mart%1Finner'
const outer = 'mart%1Fouter'
const through = (views: string, path = table): string => `${path}?referenced-by=${views}`

beforeAll(async () => {
  world = await viewWorld({ vending: { mode: 'gateway' }, auditReads: 'store' })
  ;({ server, trino, dora, alice, make, idOf, changed, enter, as } = world)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => enter({}))

/** Expects exactly the response for a table that does not exist. */
async function expectHidden(answer: TestResponse): Promise<void> {
  const missing = await (await as('alice'))('GET', 'namespaces/raw/tables/none')
  expect(answer.status).toBe(404)
  expect(JSON.stringify(answer.json)).toBe(JSON.stringify(missing.json).replaceAll('none', 't'))
}

/** Returns the outcomes of a write and a read with the keys. */
async function tried(credential: Credential): Promise<{ write: string; read: string }> {
  const location = textAt((await server.send('GET', table)).json, 'metadata', 'location')
  const file = keyBelow(location, 'data/a')
  const client = storageClient(credential)
  const [write, read] = [
    await storageOutcome(client.send(new PutObjectCommand({ ...file, Body: 'x' }))),
    await storageOutcome(client.send(new GetObjectCommand(file))),
  ]
  client.destroy()
  return { write, read }
}

describe('a load through views, by an engine whose entry trusts it,', () => {
  test('lets a user read what the owner of the view may read', async () => {
    const hers = await as('alice')
    await expectHidden(await hers('GET', table))
    expect(await hers('GET', through(inner))).toMatchObject({ status: 200 })
  })

  test('passes through a view upon a view, each with the rights of the owner of the view before', async () => {
    const hers = await as('alice')
    expect(await hers('GET', through(`${outer},${inner}`))).toMatchObject({ status: 200 })
    expect(await hers('GET', through(outer, 'namespaces/mart/views/inner'))).toMatchObject({ status: 200 })
    // The owner of the outer view may not read the table directly.
    await expectHidden(await hers('GET', through(outer)))
    await expectHidden(await hers('GET', through(`${inner},${outer}`)))
  })

  test('uses the rights of the user who last replaced the view, not those of its owner', async () => {
    await make(dora, 'lent')
    const [relation, erin] = [await idOf('relation', 'lent'), world.erin]
    await server.grant({ privilege: 'select', on: relation, to: alice })
    await server.grant({ privilege: 'modify', on: relation, to: erin })
    await changed()
    const load = async (): Promise<TestResponse> =>
      (await as('alice'))('GET', through('mart%1Flent'), undefined, asking)
    const before = await load()
    expect(before).toMatchObject({ status: 200 })
    const lent = 'namespaces/mart/views/lent'
    const renamed = { requirements: [], updates: [setProperties({ by: 'erin' })] }
    expect(await erin.send('POST', lent, renamed)).toMatchObject({ status: 200 })
    expect(await load()).toMatchObject({ status: 200 })
    expect(await erin.send('POST', lent, rewritten(2))).toMatchObject({ status: 200 })
    await expectHidden(await load())
    const token = encodeURIComponent(readCredential(before).token)
    const renewed = await (await as('alice'))('GET', `${table}/credentials?storageRefreshToken=${token}`)
    expect(renewed).toMatchObject({ status: 404 })
    const touched = { requirements: [], updates: [setProperties({ by: 'dora' })] }
    expect(await dora.send('POST', lent, touched)).toMatchObject({ status: 200 })
    await expectHidden(await load())
    expect(await dora.send('POST', lent, rewritten(3))).toMatchObject({ status: 200 })
    expect(await load()).toMatchObject({ status: 200 })
  })

  test('uses the rights of the user who wrote the view through an engine that lets users read, also in other engines', async () => {
    const loader = await server.caller('loader')
    await enter({ privileges: ['create', 'select'] }, loader)
    const hers = await as('dora', loader)
    expect(await hers('POST', 'namespaces/mart/views', viewBody('loaded'))).toMatchObject({ status: 200 })
    await server.grant({ privilege: 'select', on: await idOf('relation', 'loaded'), to: alice })
    await changed()
    expect(await (await as('alice'))('GET', through('mart%1Floaded'))).toMatchObject({ status: 200 })
  })

  test('accepts each form in which clients encode the chain', async () => {
    const hers = await as('alice')
    for (const chain of ['mart%1Fouter,mart%1finner', 'mart%251Fouter%2Cmart%251Finner'])
      expect(await hers('GET', through(chain)), chain).toMatchObject({ status: 200 })
    for (const chain of ['mart', 'mart%1F', 'mart%1Fa,', 'mart%1F%zz', `${inner},${inner}`])
      expect(await hers('GET', through(chain)), chain).toMatchObject({ status: 400 })
    const long = Array.from({ length: maxViews + 1 }, (_, index) => `mart%1Fv${index}`)
    const refused = await hers('GET', through(long.join(',')))
    expect(refused).toMatchObject({ status: 400 })
    expect(textAt(refused.json, 'error', 'message')).toContain(`more than ${maxViews} views`)
  })

  test('records the views in the audit event', async () => {
    await (
      await as('alice')
    )('GET', through(`${outer},${inner}`))
    await (
      await as('alice')
    )('GET', through(outer))
    const events = statement(
      'test_view_events',
      `select principal, actors, object, outcome, detail from audit
       where operation = 'loadTable' and detail ?| array['throughViews', 'notThroughViews']`,
    )
    const who = { principal: 'alice', actors: ['trino'], object: 'lakehouse:raw.t' }
    await expect
      .poll(() => server.sql.run(events))
      .toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            ...who,
            outcome: 'allowed',
            detail: expect.objectContaining({ throughViews: ['mart.outer', 'mart.inner'] }) as unknown,
          }),
          expect.objectContaining({
            ...who,
            outcome: 'denied',
            detail: expect.objectContaining({ notThroughViews: ['mart.outer'] }) as unknown,
          }),
        ]),
      )
  })

  test("uses the user's own privilege first, and then changes nothing", async () => {
    await server.grant({ privilege: 'modify', on: await idOf('relation', 't'), to: dora })
    const hers = await as('dora')
    const answer = await hers('GET', through(inner), undefined, asking)
    expect(await tried(readCredential(answer))).toEqual({ write: 'done', read: 'done' })
  })
})

describe('a credential that was issued through a view', () => {
  test('permits reads and no writes, and is renewed as long as the owner may read', async () => {
    const hers = await as('alice')
    const loaded = await hers('GET', through(inner), undefined, asking)
    const first = readCredential(loaded)
    expect(await tried(first)).toEqual({ write: 'AccessDenied', read: 'done' })
    const asked = await hers('GET', through(inner, `${table}/credentials`))
    expect(await tried(readCredential(asked))).toEqual({ write: 'AccessDenied', read: 'done' })
    const renewal = `${table}/credentials?storageRefreshToken=${first.token}`
    const renewed = readCredential(await hers('GET', renewal))
    expect(await tried(renewed)).toEqual({ write: 'AccessDenied', read: 'done' })
    expect(await trino.send('GET', renewal)).toMatchObject({ status: 200 })
    const etag = loaded.headers.get('etag') ?? ''
    const again = (where: string): Promise<TestResponse> =>
      hers('GET', where, undefined, { ...asking, 'if-none-match': etag })
    expect(await again(through(inner))).toMatchObject({ status: 304 })
    await expectHidden(await again(table))

    const raw = await idOf('namespace', 'raw')
    const relation = await idOf('relation', 't')
    await server.revoke({ privilege: 'select', on: raw, to: dora })
    await server.revoke({ privilege: 'modify', on: relation, to: dora })
    await changed()
    for (const keys of [first, renewed])
      expect(await tried(keys)).toEqual({ write: 'AccessDenied', read: 'AccessDenied' })
    expect(await hers('GET', renewal)).toMatchObject({ status: 404 })
    await expectHidden(await hers('GET', through(inner)))
    await server.grant({ privilege: 'select', on: raw, to: dora })
    await changed()
    expect(await tried(first)).toEqual({ write: 'AccessDenied', read: 'done' })
  })

  test('ends when the entry of the engine no longer trusts it', async () => {
    const hers = await as('alice')
    const keys = readCredential(await hers('GET', through(inner), undefined, asking))
    await enter({ viewChains: false })
    expect(await tried(keys)).toEqual({ write: 'AccessDenied', read: 'AccessDenied' })
    const renewal = `${table}/credentials?storageRefreshToken=${keys.token}`
    expect(await hers('GET', renewal)).toMatchObject({ status: 404 })
  })

  test('ends when the user may no longer select from the view', async () => {
    const hers = await as('alice')
    const keys = readCredential(await hers('GET', through(inner), undefined, asking))
    const on = await idOf('relation', 'inner')
    await server.revoke({ privilege: 'select', on, to: alice })
    await changed()
    expect(await tried(keys)).toEqual({ write: 'AccessDenied', read: 'AccessDenied' })
    await server.grant({ privilege: 'select', on, to: alice })
    await changed()
  })
})

describe('the parameter referenced-by grants nothing', () => {
  test('when it is sent without an engine, by an engine that is not trusted, or without a user', async () => {
    await expectHidden(await alice.send('GET', through(inner)))
    await enter({ viewChains: false })
    await expectHidden(await (await as('alice'))('GET', through(inner)))
    await enter({ firstCalls: 'service' })
    await server.grant({ privilege: 'select', on: await idOf('relation', 'inner'), to: trino })
    await changed()
    expect(await trino.send('GET', through(inner))).toMatchObject({ status: 404 })
    // The server ignores the parameter of these callers, also a malformed one.
    expect(await dora.send('GET', through('%zz'))).toMatchObject({ status: 200 })
  })

  test('when the view does not exist, is a table, or is in another warehouse', async () => {
    const hers = await as('alice')
    for (const chain of [
      'mart%1Fnone',
      'none%1Finner',
      'raw%1Ft',
      `mart%1Fnone,${inner}`,
      `${inner},mart%1Fnone`,
    ])
      await expectHidden(await hers('GET', through(chain)))
  })

  test('when the user may see the view but may not select from it', async () => {
    await make(dora, 'seen')
    await server.grant({ privilege: 'use', on: await idOf('relation', 'seen'), to: alice })
    await changed()
    const hers = await as('alice')
    await expectHidden(await hers('GET', through('mart%1Fseen')))
    await expectHidden(await hers('GET', through(`${outer},mart%1Fseen`)))
  })

  test('when the view was dropped, also when another view has its name', async () => {
    await make(dora, 'gone')
    await server.grant({ privilege: 'select', on: await idOf('relation', 'gone'), to: alice })
    await changed()
    const hers = await as('alice')
    const keys = readCredential(await hers('GET', through('mart%1Fgone'), undefined, asking))
    const renewal = `${table}/credentials?storageRefreshToken=${keys.token}`
    expect(await hers('GET', renewal)).toMatchObject({ status: 200 })
    expect(await dora.send('DELETE', 'namespaces/mart/views/gone')).toMatchObject({ status: 204 })
    expect(await hers('GET', renewal)).toMatchObject({ status: 404 })
    await expectHidden(await hers('GET', through('mart%1Fgone')))
    await make(dora, 'gone')
    expect(await hers('GET', renewal)).toMatchObject({ status: 404 })
    await expectHidden(await hers('GET', through('mart%1Fgone')))
  })

  test('when the definer of the view is disabled, was removed, or is anonymous', async () => {
    const frank = await server.caller('frank')
    const namespaces = await Promise.all(['raw', 'mart'].map((name) => idOf('namespace', name)))
    for (const on of namespaces)
      for (const privilege of ['select', 'create'] as const) await server.grant({ privilege, on, to: frank })
    await changed()
    await make(frank, 'his')
    await server.grant({ privilege: 'select', on: await idOf('relation', 'his'), to: alice })
    await changed()
    const hers = await as('alice')
    const path = through('mart%1Fhis')
    expect(await hers('GET', path)).toMatchObject({ status: 200 })
    await changed((tx) => setPrincipalEnabled(tx, frank.id, false))
    await expectHidden(await hers('GET', path))
    await changed((tx) => setPrincipalEnabled(tx, frank.id, true))
    expect(await hers('GET', path)).toMatchObject({ status: 200 })
    await changed((tx) => deletePrincipal(tx, frank.id))
    await expectHidden(await hers('GET', path))
    // An anonymous caller with all rights created the view.
    await server.send('POST', 'namespaces/mart/views', viewBody('nobodys'))
    await server.grant({ privilege: 'select', on: await idOf('relation', 'nobodys'), to: alice })
    await changed()
    await expectHidden(await hers('GET', through('mart%1Fnobodys')))
  })

  test('when the view was written through an engine that lets its users read nothing', async () => {
    const writer = await server.caller('writer')
    await enter({ privileges: ['create'] }, writer)
    const planted = await as('dora', writer)
    const views = 'namespaces/mart/views'
    expect(await planted('POST', views, viewBody('planted'))).toMatchObject({ status: 200 })
    const file = readMetadataLocation(await dora.send('POST', views, viewBody('former')))
    await dora.send('DELETE', `${views}/former`)
    await server.sql.run(
      statement(
        'test_forget_dropped',
        `with gone as (delete from relation where metadata_location = $1 returning id),
           freed as (delete from location_claim c using gone where c.owner_id = gone.id)
         insert into namespace_location (namespace_id, location, place)
         select n.id, c.location, c.place from namespace n, location_claim c where n.path = 'mart' and c.kind = 'root'`,
      ),
      [file],
    )
    await planted('POST', 'namespaces/mart/register-view', { name: 'put', 'metadata-location': file })
    for (const name of ['planted', 'put'])
      await server.grant({ privilege: 'select', on: await idOf('relation', name), to: alice })
    await changed()
    const hers = await as('alice')
    for (const name of ['planted', 'put']) {
      expect(await hers('GET', `${views}/${name}`), name).toMatchObject({ status: 200 })
      await expectHidden(await hers('GET', through(`mart%1F${name}`)))
      // She is its owner, and it lends her rights after she writes it directly.
      expect(await dora.send('POST', `${views}/${name}`, rewritten(2)), name).toMatchObject({ status: 200 })
      expect(await hers('GET', through(`mart%1F${name}`)), name).toMatchObject({ status: 200 })
    }
  })

  test('when it exceeds the limits of the engine', async () => {
    await enter({ warehouses: [] })
    expect(await (await as('alice'))('GET', through(inner))).toMatchObject({ status: 404 })
    await enter({ privileges: ['use'] })
    await expectHidden(await (await as('alice'))('GET', through(inner)))
  })

  test('when the operation is not a read', async () => {
    const hers = await as('alice')
    await server.grant({ privilege: 'manage', on: await idOf('namespace', 'raw'), to: dora })
    await changed()
    const answer = await hers('GET', through(inner), undefined, asking)
    expect(await tried(readCredential(answer))).toEqual({ write: 'AccessDenied', read: 'done' })
    await expectHidden(await commit(hers, through(inner), [setProperties({ a: '1' })]))
    await expectHidden(await hers('DELETE', through(inner)))
    expect(await hers('HEAD', through(inner))).toMatchObject({ status: 404 })
  })
})

/** Returns a commit that changes the query of a view. */
function rewritten(version: number): JsonObject {
  const representations = [{ type: 'sql', sql: `select ${version}`, dialect: 'spark' }]
  const next = { ...viewVersion, 'version-id': version, representations }
  const updates = [
    { action: 'add-view-version', 'view-version': next },
    { action: 'set-current-view-version', 'view-version-id': -1 },
  ]
  return { requirements: [], updates }
}
