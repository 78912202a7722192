import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import type { Json, JsonObject } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../access/access-fixture.ts'
import type { Privilege } from '../../src/privilege.ts'
import { unsigned } from '../oauth/engines.ts'
import { grantTypes, tokenTypes } from '../../src/oauth/token-types.ts'
import { insertEngine } from '../../src/store/engines.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { statement } from '../../src/store/sql.ts'
import { type Send, type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'
import { readCredential, keyBelow, storageClient } from './credentials.ts'
import { objectAt, schema, setProperties, textAt, viewBody } from './tables.ts'

/**
 * In the namespace `no-use` the policies forbid alice `use`, in `no-select` they forbid alice `select`, and
 * so on. They do not limit other callers.
 */
const privileges: readonly Privilege[] = ['use', 'select', 'modify', 'create', 'manage']
const permit = 'permit(principal, action, resource);'
const perNamespace = privileges.map(
  (privilege) => `@id("no ${privilege}")
forbid(principal == Headgate::Principal::"alice", action == Headgate::Action::"${privilege}",
  resource in Headgate::Namespace::"lakehouse/no-${privilege}");`,
)
const policies = `${permit}
${perNamespace.join('\n')}
@id("trino reads")
forbid(principal, action in [Headgate::Action::"modify", Headgate::Action::"create"], resource)
  when { context has engine && context.engine == "trino" };
@id("no secrets")
forbid(principal == Headgate::Principal::"alice", action, resource)
  when { (resource is Headgate::Table || resource is Headgate::View) && resource.name like "secret-*" };
`

let directory: string
let server: TestServer
let alice: TestCaller
let bob: TestCaller
const free = 'free'
const namespaces = [free, ...privileges.map((privilege) => `no-${privilege}`)]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-policies-'))
  await writeFile(join(directory, 'p.cedar'), policies)
  server = await testServer({ vending: { mode: 'gateway' }, auditReads: 'store', cedarPolicies: directory })
  alice = await server.caller('alice')
  bob = await server.caller('bob')
  const on = { kind: 'warehouse', id: server.warehouseId } as const
  for (const to of [alice, bob]) await server.grant({ privilege: 'manage', on, to })
  for (const name of namespaces) {
    await server.send('POST', 'namespaces', { namespace: [name] })
    await server.send('POST', `namespaces/${name}/tables`, { name: 't', schema })
    await server.send('POST', `namespaces/${name}/views`, viewBody('v'))
  }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

let made = 0
/** Creates a table or view in the namespace. */
async function fresh(namespace: string, kind: 'table' | 'view'): Promise<string> {
  made += 1
  const name = `x${made}`
  const body = kind === 'table' ? { name, schema } : viewBody(name)
  const response = await server.send('POST', `namespaces/${namespace}/${kind}s`, body)
  if (response.status !== 200) throw new Error(`no ${kind}: ${response.status}`)
  return name
}

const readMessage = ({ json }: TestResponse): string => textAt(objectAt(json, 'error'), 'message')
type Request = readonly ['GET' | 'HEAD' | 'POST' | 'DELETE', string, Json?]

/**
 * For each operation in a namespace: the privilege that it needs, its status with this privilege, and a
 * request.
 */
const operations: Readonly<
  Record<string, readonly [Privilege, number, (namespace: string) => Request | Promise<Request>]>
> = {
  createNamespace: ['create', 200, (ns) => ['POST', 'namespaces', { namespace: [ns, `c${(made += 1)}`] }]],
  loadNamespaceMetadata: ['use', 200, (ns) => ['GET', `namespaces/${ns}`]],
  namespaceExists: ['use', 204, (ns) => ['HEAD', `namespaces/${ns}`]],
  updateProperties: ['modify', 200, (ns) => ['POST', `namespaces/${ns}/properties`, { updates: { a: '1' } }]],
  // 409 reveals that the namespace is not empty, so only a caller that may drop the namespace gets it.
  dropNamespace: ['manage', 409, (ns) => ['DELETE', `namespaces/${ns}`]],
  listTables: ['use', 200, (ns) => ['GET', `namespaces/${ns}/tables`]],
  createTable: [
    'create',
    200,
    (ns) => ['POST', `namespaces/${ns}/tables`, { name: `n${(made += 1)}`, schema }],
  ],
  registerTable: [
    'create',
    403,
    (ns) => [
      'POST',
      `namespaces/${ns}/register`,
      { name: 'r', 'metadata-location': 's3://lakehouse/none.metadata.json' },
    ],
  ],
  loadTable: ['select', 200, (ns) => ['GET', `namespaces/${ns}/tables/t`]],
  tableExists: ['use', 204, (ns) => ['HEAD', `namespaces/${ns}/tables/t`]],
  loadCredentials: ['select', 200, (ns) => ['GET', `namespaces/${ns}/tables/t/credentials`]],
  signRequest: [
    'select',
    406,
    (ns) => [
      'POST',
      `namespaces/${ns}/tables/t/sign`,
      { provider: 's3', region: 'r', uri: 'http://h/k', method: 'GET', headers: {} },
    ],
  ],
  updateTable: [
    'modify',
    200,
    (ns) => ['POST', `namespaces/${ns}/tables/t`, { requirements: [], updates: [setProperties({ a: '1' })] }],
  ],
  dropTable: ['manage', 204, async (ns) => ['DELETE', `namespaces/${ns}/tables/${await fresh(ns, 'table')}`]],
  unregisterTable: [
    'manage',
    200,
    async (ns) => ['POST', `namespaces/${ns}/tables/${await fresh(ns, 'table')}/unregister`],
  ],
  renameTable: [
    'manage',
    204,
    async (ns) => ['POST', 'tables/rename', renaming(ns, await fresh(ns, 'table'))],
  ],
  commitTransaction: [
    'modify',
    204,
    (ns) => [
      'POST',
      'transactions/commit',
      {
        'table-changes': [
          {
            identifier: { namespace: [ns], name: 't' },
            requirements: [],
            updates: [setProperties({ b: '1' })],
          },
        ],
      },
    ],
  ],
  reportMetrics: [
    'select',
    204,
    (ns) => [
      'POST',
      `namespaces/${ns}/tables/t/metrics`,
      {
        'report-type': 'commit-report',
        'table-name': 't',
        'snapshot-id': 1,
        'sequence-number': 1,
        operation: 'append',
        metrics: {},
      },
    ],
  ],
  planTableScan: ['select', 200, (ns) => ['POST', `namespaces/${ns}/tables/t/plan`, {}]],
  // These operations fail for callers with the privilege, because there is no such plan and no such plan task.
  fetchPlanningResult: ['select', 404, (ns) => ['GET', `namespaces/${ns}/tables/t/plan/p`]],
  cancelPlanning: ['select', 204, (ns) => ['DELETE', `namespaces/${ns}/tables/t/plan/p`]],
  fetchScanTasks: ['select', 404, (ns) => ['POST', `namespaces/${ns}/tables/t/tasks`, { 'plan-task': 'p' }]],
  listViews: ['use', 200, (ns) => ['GET', `namespaces/${ns}/views`]],
  createView: ['create', 200, (ns) => ['POST', `namespaces/${ns}/views`, viewBody(`n${(made += 1)}`)]],
  registerView: [
    'create',
    403,
    (ns) => [
      'POST',
      `namespaces/${ns}/register-view`,
      { name: 'r', 'metadata-location': 's3://lakehouse/none.metadata.json' },
    ],
  ],
  loadView: ['select', 200, (ns) => ['GET', `namespaces/${ns}/views/v`]],
  viewExists: ['use', 204, (ns) => ['HEAD', `namespaces/${ns}/views/v`]],
  replaceView: [
    'modify',
    200,
    (ns) => ['POST', `namespaces/${ns}/views/v`, { requirements: [], updates: [setProperties({ a: '1' })] }],
  ],
  dropView: ['manage', 204, async (ns) => ['DELETE', `namespaces/${ns}/views/${await fresh(ns, 'view')}`]],
  renameView: ['manage', 204, async (ns) => ['POST', 'views/rename', renaming(ns, await fresh(ns, 'view'))]],
}

function renaming(namespace: string, name: string): JsonObject {
  return {
    source: { namespace: [namespace], name },
    destination: { namespace: [free], name: `${name}-moved` },
  }
}

test('the test covers every operation of the Iceberg API in a namespace', async () => {
  const { json } = await server.send('GET', '/v1/config?warehouse=lakehouse')
  const served = objectAt(json)['endpoints']
  // listNamespaces is the only operation that is not in a namespace.
  expect(Object.keys(operations)).toHaveLength((served as string[]).length - 1)
})

describe.each(Object.entries(operations))('%s', (_, [privilege, allowed, requestIn]) => {
  test(`the operation succeeds with the privilege ${privilege}, and is refused when policies forbid this privilege`, async () => {
    const open = await alice.send(...(await requestIn(free)))
    expect(open.status).toBe(allowed)
    const request = await requestIn(`no-${privilege}`)
    const refused = await alice.send(...request)
    expect(refused.status).toBe(privilege === 'use' ? 404 : 403)
    if (refused.json !== null && privilege !== 'use')
      expect(readMessage(refused)).toMatch(
        new RegExp(`privilege ${privilege} .* is granted, but forbidden by policy no ${privilege}`),
      )
    expect((await bob.send(...request)).status).toBe(allowed)
  })
})

describe('a hidden object', () => {
  test('requests for an object that a policy hides get the same responses as for a missing object', async () => {
    const asked = async (name: string): Promise<string> => {
      const { status, json } = await alice.send('GET', `namespaces/${name}/tables/t`)
      return `${status} ${JSON.stringify(json)}`.replaceAll(name, 'NAME')
    }
    expect(await asked('no-use')).toBe(await asked('none'))
  })

  test('an object that a policy hides appears in no list, and all pages of a list except the last have the requested size', async () => {
    for (const name of ['a', 'secret-b', 'secret-c', 'd', 'secret-e', 'f', 'secret-g'])
      await server.send('POST', 'namespaces/no-manage/tables', { name, schema })
    const names = ['a', 'd', 'f', 't']
    const listed = async (query: string, caller = alice): Promise<[string[], string | null]> => {
      const { json } = await caller.send('GET', `namespaces/no-manage/tables${query}`)
      const { identifiers, 'next-page-token': token = null } = objectAt(json)
      const shown = (identifiers as { name: string }[]).map(({ name }) => name)
      return [shown.filter((name) => !/^[nx]\d/.test(name)), token as string | null]
    }
    expect(await listed('')).toEqual([names, null])
    expect((await listed('', bob))[0]).toHaveLength(8)
    const pages: string[][] = []
    let token: string | null = ''
    while (token !== null) {
      const [page, next]: [string[], string | null] = await listed(`?pageSize=2&pageToken=${token}`)
      pages.push(page)
      token = next
    }
    expect(pages.flat()).toEqual(names)
    expect(pages.slice(0, 2)).toEqual([
      ['a', 'd'],
      ['f', 't'],
    ])
    const hers = objectAt((await alice.send('GET', 'namespaces')).json)['namespaces']
    expect(hers).toEqual(
      namespaces
        .filter((name) => name !== 'no-use')
        .toSorted()
        .map((name) => [name]),
    )
  })

  test('a page token does not reveal an object that a policy hides', async () => {
    const all = await alice.send('GET', 'namespaces/no-manage/tables?pageSize=1&pageToken=')
    expect(textAt(all.json, 'next-page-token')).not.toContain('secret')
  })
})

describe('decisions with policies', () => {
  const body = (privilege: Privilege, namespace: string, name = 't'): JsonObject => ({
    privilege,
    on: { warehouse: 'lakehouse', namespace: [namespace], relation: name },
  })

  test('explainAccess names the forbidding policy to a caller that may see the object', async () => {
    const about = { principal: 'alice', ...body('modify', 'no-modify') }
    for (const [caller, asked] of [
      [alice, body('modify', 'no-modify')],
      [bob, about],
    ] as const) {
      const { json } = await caller.send('POST', '/management/v1/access/explain', asked)
      expect(json).toMatchObject({
        outcome: 'deny',
        forbiddenBy: ['no modify'],
        deciding: { because: 'grant', privilege: 'manage' },
        own: privileges,
        effective: ['use', 'select', 'create'],
      })
    }
    const hidden = await alice.send('POST', '/management/v1/access/explain', body('select', 'no-use'))
    expect(hidden).toMatchObject({ status: 404 })
    const shown = await bob.send('POST', '/management/v1/access/explain', {
      principal: 'alice',
      ...body('select', 'no-use'),
    })
    expect(shown.json).toMatchObject({ outcome: 'hide', forbiddenBy: ['no use'] })
  })

  test('checkAccess returns the same decisions as requests when policies forbid privileges', async () => {
    const checks = [
      body('select', free),
      body('select', 'no-select'),
      body('use', 'no-use'),
      body('use', 'none'),
    ]
    const { json } = await alice.send('POST', '/management/v1/access/check', { checks })
    const hidden = { allowed: false, outcome: 'hide', limitedBy: null, forbiddenBy: null }
    expect(objectAt(json)['results']).toEqual([
      { allowed: true, outcome: 'allow', limitedBy: null, forbiddenBy: null },
      { allowed: false, outcome: 'deny', limitedBy: null, forbiddenBy: ['no select'] },
      hidden,
      hidden,
    ])
  })

  test('whoCan omits principals to which a policy forbids the privilege', async () => {
    const whoCan = async (namespace: string): Promise<string[]> => {
      const query = `privilege=select&warehouse=lakehouse&namespace=${namespace}&relation=t`
      const { json } = await bob.send('GET', `/management/v1/access/who-can?${query}&pageSize=1`)
      const { principals } = objectAt(json)
      return (principals as { name: string }[]).map(({ name }) => name)
    }
    expect(await whoCan(free)).toEqual(['alice'])
    expect(await whoCan('no-select')).toEqual(['bob'])
  })
})

test('a policy can forbid writes through an engine, regardless of the rights of its users', async () => {
  const trino = await server.caller('trino')
  await server.sql.transaction(async (tx) => {
    await bumpPolicy(tx)
    await insertEngine(tx, trino.id, { ...openEngine, unsignedSubjects: true, namesIssuer: 'headgate' })
  })
  const response = await fetch(`${server.url}/v1/oauth/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${trino.token}` },
    body: new URLSearchParams({
      grant_type: grantTypes.tokenExchange,
      subject_token: unsigned({ sub: 'bob' }),
      subject_token_type: tokenTypes.jwt,
      actor_token: trino.token,
      actor_token_type: tokenTypes.accessToken,
    }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  const through: Send = (method, path, body, headers) =>
    server.send(method, path, body, { ...headers, authorization: `Bearer ${token}` })
  const at = 'namespaces/free/tables/t'
  const change = { requirements: [], updates: [setProperties({ c: '1' })] }
  const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
  expect(await bob.send('POST', at, change)).toMatchObject({ status: 200 })
  const refused = await through('POST', at, change)
  expect(refused.status).toBe(403)
  expect(readMessage(refused)).toMatch(/forbidden by policy trino reads/)
  expect(
    (await through('POST', 'namespaces/free/tables', { name: 'z', schema, 'stage-create': true })).status,
  ).toBe(403)
  expect(await through('GET', at, undefined, asking)).toMatchObject({ status: 200 })
  const last = statement(
    'test_last_load',
    `select actors, detail from audit where operation = 'loadTable' order by id desc limit 1`,
  )
  const event = { actors: ['trino'], detail: { handedOut: 'read' } }
  await expect.poll(() => server.sql.run(last)).toMatchObject([event])
})

describe('a change of the policies', () => {
  test('a change of the policies disables issued keys and refresh tokens, and the former policies enable them again', async () => {
    const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
    const loaded = await alice.send('GET', 'namespaces/free/tables/t', undefined, asking)
    const credential = readCredential(loaded)
    const client = storageClient(credential)
    const none = keyBelow(textAt(loaded.json, 'metadata', 'location'), 'none')
    const read = (): Promise<number | undefined> =>
      client.send(new HeadObjectCommand(none)).then(
        () => 200,
        (error: unknown) => (error as { $metadata: { httpStatusCode?: number } }).$metadata.httpStatusCode,
      )
    const renew = async (): Promise<number> =>
      (
        await alice.send(
          'GET',
          `namespaces/free/tables/t/credentials?storageRefreshToken=${credential.token}`,
        )
      ).status
    expect([await read(), await renew()]).toEqual([404, 200])
    const forbid = 'forbid(principal == Headgate::Principal::"alice", action, resource);'
    await writeFile(join(directory, 'q.cedar'), forbid)
    const both = async (): Promise<unknown> => [await read(), await renew()]
    await expect.poll(both, { interval: 200 }).toEqual([403, 404])
    expect(await alice.send('GET', 'namespaces')).toMatchObject({ status: 404 })
    await writeFile(join(directory, 'q.cedar'), 'forbid(principal')
    await expect.poll(() => metric('headgate_cedar_policies_current'), { interval: 200 }).toBe('0')
    expect(await alice.send('GET', 'namespaces')).toMatchObject({ status: 404 })
    await rm(join(directory, 'q.cedar'))
    await expect.poll(both, { interval: 200 }).toEqual([404, 200])
    expect(await metric('headgate_cedar_policies_current')).toBe('1')
    client.destroy()
  }, 60_000)

  async function metric(name: string): Promise<string | undefined> {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]
  }
})
