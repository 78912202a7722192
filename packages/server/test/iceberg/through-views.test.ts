import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { JsonObject } from '@headgate/json'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { maxViews } from '../../src/access/through-views.ts'
import { deletePrincipal, setPrincipalEnabled } from '../../src/store/principals.ts'
import { statement } from '../../src/store/sql.ts'
import type { TestResponse } from '../server.ts'
import { type Credential, readCredential, keyBelow, storageClient, storageOutcome } from './credentials.ts'
import { commit, readMetadataLocation, setProperties, textAt, viewBody, viewVersion } from './tables.ts'
import { type ViewFixture, openViewFixture } from './views.ts'

let fixture: ViewFixture
let server: ViewFixture['server']
let trino: ViewFixture['trino']
let dora: ViewFixture['dora']
let alice: ViewFixture['alice']
let make: ViewFixture['make']
let findId: ViewFixture['findId']
let changed: ViewFixture['changed']
let enter: ViewFixture['enter']
let as: ViewFixture['as']

const table = 'namespaces/raw/tables/t'
const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const inner = 'mart%1Finner'
const outer = 'mart%1Fouter'
const through = (views: string, path = table): string => `${path}?referenced-by=${views}`

beforeAll(async () => {
  fixture = await openViewFixture({ vending: { mode: 'gateway' }, auditReads: 'store' })
  ;({ server, trino, dora, alice, make, findId, changed, enter, as } = fixture)
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => enter({}))

/** Expects exactly the response for a table that does not exist. */
async function expectHidden(response: TestResponse): Promise<void> {
  const missing = await (await as('alice'))('GET', 'namespaces/raw/tables/none')
  expect(response.status).toBe(404)
  expect(JSON.stringify(response.json)).toBe(JSON.stringify(missing.json).replaceAll('none', 't'))
}

/** Returns the outcomes of a write and a read with the issued keys. */
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
  test('a user can read through a view what the owner of the view may read', async () => {
    const hers = await as('alice')
    await expectHidden(await hers('GET', table))
    expect(await hers('GET', through(inner))).toMatchObject({ status: 200 })
  })

  test('a user can read through a view on another view: each view is read with the rights of the owner of the outer view', async () => {
    const hers = await as('alice')
    expect(await hers('GET', through(`${outer},${inner}`))).toMatchObject({ status: 200 })
    expect(await hers('GET', through(outer, 'namespaces/mart/views/inner'))).toMatchObject({ status: 200 })
    // The owner of the outer view has no right to read the table directly.
    await expectHidden(await hers('GET', through(outer)))
    await expectHidden(await hers('GET', through(`${inner},${outer}`)))
  })

  test('a load through a view uses the rights of the user who last replaced the view, not those of its owner', async () => {
    await make(dora, 'lent')
    const [relation, erin] = [await findId('relation', 'lent'), fixture.erin]
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

  test('a load through a view uses the rights of the user who wrote the view through an engine, also in other engines', async () => {
    const loader = await server.caller('loader')
    await enter({ privileges: ['create', 'select'] }, loader)
    const hers = await as('dora', loader)
    expect(await hers('POST', 'namespaces/mart/views', viewBody('loaded'))).toMatchObject({ status: 200 })
    await server.grant({ privilege: 'select', on: await findId('relation', 'loaded'), to: alice })
    await changed()
    expect(await (await as('alice'))('GET', through('mart%1Floaded'))).toMatchObject({ status: 200 })
  })

  test('the parameter referenced-by is accepted in each encoding that clients use', async () => {
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

  test('the audit event of a load through views contains the views', async () => {
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

  test("a load through a view uses the user's own privilege first, and then has the same response as a direct load", async () => {
    await server.grant({ privilege: 'modify', on: await findId('relation', 't'), to: dora })
    const hers = await as('dora')
    const response = await hers('GET', through(inner), undefined, asking)
    expect(await tried(readCredential(response))).toEqual({ write: 'done', read: 'done' })
  })
})

describe('a credential that was issued through a view', () => {
  test('a credential that was issued through a view permits reads and no writes, and is renewed while the owner of the view may read the table', async () => {
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

    const raw = await findId('namespace', 'raw')
    const relation = await findId('relation', 't')
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

  test("a credential that was issued through a view is refused after the engine's entry no longer trusts the engine for views", async () => {
    const hers = await as('alice')
    const keys = readCredential(await hers('GET', through(inner), undefined, asking))
    await enter({ viewChains: false })
    expect(await tried(keys)).toEqual({ write: 'AccessDenied', read: 'AccessDenied' })
    const renewal = `${table}/credentials?storageRefreshToken=${keys.token}`
    expect(await hers('GET', renewal)).toMatchObject({ status: 404 })
  })

  test('a credential that was issued through a view is refused after the user loses select on the view', async () => {
    const hers = await as('alice')
    const keys = readCredential(await hers('GET', through(inner), undefined, asking))
    const on = await findId('relation', 'inner')
    await server.revoke({ privilege: 'select', on, to: alice })
    await changed()
    expect(await tried(keys)).toEqual({ write: 'AccessDenied', read: 'AccessDenied' })
    await server.grant({ privilege: 'select', on, to: alice })
    await changed()
  })
})

describe('the parameter referenced-by grants nothing', () => {
  test('the parameter referenced-by grants nothing to a user without an engine, to an engine that is not trusted for views, or to an engine without a user', async () => {
    await expectHidden(await alice.send('GET', through(inner)))
    await enter({ viewChains: false })
    await expectHidden(await (await as('alice'))('GET', through(inner)))
    await enter({ firstCalls: 'service' })
    await server.grant({ privilege: 'select', on: await findId('relation', 'inner'), to: trino })
    await changed()
    expect(await trino.send('GET', through(inner))).toMatchObject({ status: 404 })
    // For callers who are not trusted engines, the server ignores the parameter `referenced-by`, even if it
    // is malformed.
    expect(await dora.send('GET', through('%zz'))).toMatchObject({ status: 200 })
  })

  test('the parameter referenced-by grants nothing when the view does not exist, is a table, or is in another warehouse', async () => {
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

  test('the parameter referenced-by grants nothing when the user may see the view but may not select from it', async () => {
    await make(dora, 'seen')
    await server.grant({ privilege: 'use', on: await findId('relation', 'seen'), to: alice })
    await changed()
    const hers = await as('alice')
    await expectHidden(await hers('GET', through('mart%1Fseen')))
    await expectHidden(await hers('GET', through(`${outer},mart%1Fseen`)))
  })

  test('the parameter referenced-by grants nothing when the view was dropped, also when another view has its name', async () => {
    await make(dora, 'gone')
    await server.grant({ privilege: 'select', on: await findId('relation', 'gone'), to: alice })
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

  test('the parameter referenced-by grants nothing when the definer of the view is disabled, deleted or anonymous', async () => {
    const frank = await server.caller('frank')
    const namespaces = await Promise.all(['raw', 'mart'].map((name) => findId('namespace', name)))
    for (const on of namespaces)
      for (const privilege of ['select', 'create'] as const) await server.grant({ privilege, on, to: frank })
    await changed()
    await make(frank, 'his')
    await server.grant({ privilege: 'select', on: await findId('relation', 'his'), to: alice })
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
    // An anonymous caller with all rights creates this view.
    await server.send('POST', 'namespaces/mart/views', viewBody('nobodys'))
    await server.grant({ privilege: 'select', on: await findId('relation', 'nobodys'), to: alice })
    await changed()
    await expectHidden(await hers('GET', through('mart%1Fnobodys')))
  })

  test('the parameter referenced-by grants nothing when the view was written through an engine whose users may not read', async () => {
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
      await server.grant({ privilege: 'select', on: await findId('relation', name), to: alice })
    await changed()
    const hers = await as('alice')
    for (const name of ['planted', 'put']) {
      expect(await hers('GET', `${views}/${name}`), name).toMatchObject({ status: 200 })
      await expectHidden(await hers('GET', through(`mart%1F${name}`)))
      // After dora, the owner, replaces the view without an engine, users of the view can read what dora may
      // read.
      expect(await dora.send('POST', `${views}/${name}`, rewritten(2)), name).toMatchObject({ status: 200 })
      expect(await hers('GET', through(`mart%1F${name}`)), name).toMatchObject({ status: 200 })
    }
  })

  test("the parameter referenced-by grants nothing beyond the limits in the engine's entry", async () => {
    await enter({ warehouses: [] })
    expect(await (await as('alice'))('GET', through(inner))).toMatchObject({ status: 404 })
    await enter({ privileges: ['use'] })
    await expectHidden(await (await as('alice'))('GET', through(inner)))
  })

  test('the parameter referenced-by grants nothing for operations that are not reads', async () => {
    const hers = await as('alice')
    await server.grant({ privilege: 'manage', on: await findId('namespace', 'raw'), to: dora })
    await changed()
    const response = await hers('GET', through(inner), undefined, asking)
    expect(await tried(readCredential(response))).toEqual({ write: 'AccessDenied', read: 'done' })
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
