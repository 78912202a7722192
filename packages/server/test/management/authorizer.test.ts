import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serverId } from '../../src/reserved-ids.ts'
import { statement } from '../../src/store/sql.ts'
import { objectAt, schema, textAt } from '../iceberg/tables.ts'
import { type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'

/**
 * Cedar policies of the test. Grants give alice and bob all privileges on the server. The policies limit only
 * alice.
 */
const policies = `permit(principal, action, resource);
@id("no administration")
forbid(principal == Headgate::Principal::"alice", action == Headgate::Action::"manage", resource == Headgate::Server::"server");
@id("no management")
forbid(principal == Headgate::Principal::"alice", action == Headgate::Action::"manage", resource in Headgate::Namespace::"lakehouse/kept");
@id("no sight")
forbid(principal == Headgate::Principal::"alice", action, resource in Headgate::Namespace::"lakehouse/hidden");
@id("no warehouse")
forbid(principal == Headgate::Principal::"carol", action, resource in Headgate::Warehouse::"lakehouse");
@id("kept as it is")
forbid(principal == Headgate::Principal::"dave", action in [Headgate::Action::"manage", Headgate::Action::"create", Headgate::Action::"administer-storage"], resource in Headgate::Warehouse::"lakehouse");
`

let directory: string
let server: TestServer
let [alice, bob, carol, dave]: TestCaller[] = []
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-policies-'))
  await writeFile(join(directory, 'p.cedar'), policies)
  server = await testServer({ cedarPolicies: join(directory, 'p.cedar') })
  const callers: TestCaller[] = []
  for (const name of ['alice', 'bob', 'carol', 'dave']) {
    const caller = await server.caller(name)
    await server.grant({ privilege: 'manage', on: { kind: 'server', id: serverId } as never, to: caller })
    callers.push(caller)
  }
  ;[alice, bob, carol, dave] = callers
  for (const name of ['kept', 'hidden', 'open']) {
    await server.send('POST', 'namespaces', { namespace: [name] })
    for (const table of ['t', 'dropped'])
      await server.send('POST', `namespaces/${name}/tables`, { name: table, schema })
    await server.send('DELETE', `namespaces/${name}/tables/dropped`)
  }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

type Line = readonly ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string, Json?]
const ask = (caller: TestCaller | undefined, [method, path, body]: Line): Promise<TestResponse> => {
  if (caller === undefined) throw new Error('nobody')
  return caller.send(method, `/management/v1${path}`, body)
}
const readMessage = ({ json }: TestResponse): string => textAt(objectAt(json, 'error'), 'message')
const on = (namespace: string, relation = 't'): string => `namespace=${namespace}&relation=${relation}`
const grant = (securable: Json): Json => ({ privilege: 'select', on: securable, to: { principal: 'bob' } })

describe('An operation that needs manage on the server', () => {
  const lines: readonly Line[] = [
    ['GET', '/principals'],
    ['POST', '/principals', { name: 'new' }],
    ['GET', '/roles'],
    ['POST', '/roles', { name: 'new' }],
    ['GET', '/groups'],
    ['GET', '/engines'],
    ['GET', '/audit'],
    ['GET', '/keys'],
    ['POST', '/grants', grant('server')],
    ['GET', '/access/who-can?privilege=use&server=true'],
  ]
  test.each(lines.map((line) => ({ line, what: `${line[0]} ${line[1]}` })))(
    'the operation "$what" is refused when a policy forbids manage on the server',
    async ({ line }) => {
      const refused = await ask(alice, line)
      expect(refused.status).toBe(403)
      expect(readMessage(refused)).toMatch(
        /manage on the server is granted, but forbidden by policy no administration/,
      )
      expect((await ask(bob, line)).status).toBeLessThan(300)
    },
  )
})

describe('An operation that needs manage on a namespace or table', () => {
  const where = '/warehouses/lakehouse'
  const lines: readonly [string, (namespace: string) => Line][] = [
    ['details', (ns) => ['GET', `${where}/relation?${on(ns)}`]],
    ['namespace details', (ns) => ['GET', `${where}/namespace?namespace=${ns}`]],
    [
      'protection',
      (ns) => ['PUT', `${where}/protection`, { protected: false, namespace: [ns], relation: 't' }],
    ],
    ['revoked access', (ns) => ['POST', `${where}/revoke-access`, { namespace: [ns], table: 't' }]],
    ['grants', (ns) => ['POST', '/grants', grant({ warehouse: 'lakehouse', namespace: [ns] })]],
    ['who can', (ns) => ['GET', `/access/who-can?privilege=use&warehouse=lakehouse&${on(ns)}`]],
  ]
  test.each(lines)('the operation %s fails in a namespace where a policy forbids manage', async (_, line) => {
    const open = await ask(alice, line('open'))
    expect(open.status).toBeLessThan(300)
    const refused = await ask(alice, line('kept'))
    expect(refused.status).toBe(403)
    expect(readMessage(refused)).toContain('forbidden by policy no management')
    const hidden = await ask(alice, line('hidden'))
    const missing = await ask(alice, line('none'))
    expect(missing.status).toBe(404)
    expect(`${hidden.status} ${JSON.stringify(hidden.json)}`.replaceAll('hidden', 'none')).toBe(
      `404 ${JSON.stringify(missing.json)}`,
    )
    expect((await ask(bob, line('hidden'))).status).toBeLessThan(300)
  })
})

test('grants on hidden objects are not listed', async () => {
  const securable = { warehouse: 'lakehouse', namespace: ['hidden'], relation: 't' }
  for (const to of ['alice', 'carol']) {
    const body = { privilege: 'select', on: securable, to: { principal: to } }
    expect((await ask(bob, ['POST', '/grants', body])).status).toBe(200)
  }
  const listed = async (caller: TestCaller | undefined, of: string): Promise<unknown> => {
    const { json } = await ask(caller, ['GET', `/grants?principal=${of}`])
    return (objectAt(json)['grants'] as { on: Json }[]).map(({ on: object }) => object)
  }
  expect(await listed(bob, 'alice')).toContainEqual(securable)
  expect(await listed(alice, 'alice')).toEqual(['server'])
  expect(await listed(carol, 'carol')).toEqual(['server'])
})

test('abandoned staged creates in hidden namespaces are not listed', async () => {
  for (const name of ['hidden', 'open'])
    await server.send('POST', `namespaces/${name}/tables`, { name: 'begun', schema, 'stage-create': true })
  await server.sql.run(
    statement('test_older', `update staged_relation set created_at = now() - interval '2 hours'`),
  )
  const begun = async (caller: TestCaller | undefined): Promise<unknown> => {
    const { json } = await ask(caller, ['GET', '/warehouses/lakehouse/orphans?olderThanSeconds=3600'])
    return (objectAt(json)['orphans'] as { namespace: string[] }[]).flatMap(({ namespace }) => namespace)
  }
  expect(new Set((await begun(bob)) as string[])).toEqual(new Set(['hidden', 'open']))
  expect(await begun(alice)).toEqual(['open'])
})

describe('A dropped table', () => {
  const list = '/warehouses/lakehouse/dropped'
  async function dropped(caller: TestCaller | undefined, query = ''): Promise<Map<string, string>> {
    const { json } = await ask(caller, ['GET', `${list}${query}`])
    const rows = objectAt(json)['dropped'] as { namespace: string[]; id: string }[]
    return new Map(rows.map(({ namespace, id }) => [namespace.join('.'), id]))
  }

  test('a dropped table appears in the list and can be restored where no policy forbids manage', async () => {
    expect([...(await dropped(bob)).keys()]).toEqual(['hidden', 'kept', 'open'])
    expect([...(await dropped(alice)).keys()]).toEqual(['open'])
    expect([...(await dropped(alice, '?pageSize=1')).keys()]).toEqual(['open'])
    const ids = await dropped(bob)
    const restoring = (caller: TestCaller | undefined, name: string): Promise<TestResponse> =>
      ask(caller, ['POST', `${list}/${ids.get(name)}/restore`, {}])
    expect((await restoring(alice, 'kept')).status).toBe(403)
    expect((await restoring(alice, 'hidden')).status).toBe(404)
    expect((await restoring(alice, 'open')).status).toBe(200)
  })
})

describe('A warehouse', () => {
  test('a warehouse on which a policy forbids use does not appear in lists, and its configuration is reported as missing', async () => {
    const names = async (caller: TestCaller | undefined): Promise<unknown> =>
      objectAt((await ask(caller, ['GET', '/warehouses'])).json)['warehouses']
    expect(await names(bob)).toMatchObject([{ name: 'lakehouse' }])
    expect(await names(carol)).toEqual([])
    expect((await ask(carol, ['GET', '/warehouses/lakehouse'])).status).toBe(404)
    expect((await carol?.send('GET', '/v1/config?warehouse=lakehouse'))?.status).toBe(404)
    expect((await carol?.send('GET', '/v1/config'))?.status).toBe(400)
    expect((await bob?.send('GET', '/v1/config'))?.status).toBe(200)
  })

  test('a warehouse on which a policy forbids manage can be read and not changed', async () => {
    for (const line of [
      ['GET', '/warehouses/lakehouse'],
      ['PATCH', '/warehouses/lakehouse', { retentionSeconds: 60 }],
      ['DELETE', '/warehouses/lakehouse'],
    ] as const) {
      const refused = await ask(dave, line)
      expect(refused.status, line[0]).toBe(403)
      expect(readMessage(refused)).toContain('forbidden by policy kept as it is')
    }
    expect((await dave?.send('POST', 'namespaces', { namespace: ['new'] }))?.status).toBe(403)
  })
})
