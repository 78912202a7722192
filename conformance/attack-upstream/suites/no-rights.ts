import type { Random } from '../../attack/random.ts'
import { createBody } from '../../refresh/table-requests.ts'
import { type Fixture, hidden, modes, type Who } from '../fixture.ts'
import { send } from '../send.ts'
import type { Suite } from '../suite.ts'

/** Returns a spelling of the name of a namespace or table. Some spellings denote the same name. */
function spelled(random: Random, name: string): string {
  const letter = name[0] ?? ''
  return random.pick([
    name,
    encodeURIComponent(name),
    `%${letter.charCodeAt(0).toString(16)}${name.slice(1)}`,
    name.toUpperCase(),
    `${name}%20`,
    `${name}%1F`,
    `${name}%1f${name}`,
    `${name}%2F..%2F${name}`,
    `${name};x=1`,
    `${name}%00`,
    `..%2F${name}`,
    `${name}%2e`,
    `x/../${name}`,
    `%2e%2e/${name}`,
  ])
}

/** Returns a request of a random route, with a body that is valid, empty, malformed or of another operation. */
function anyRequest(
  fixture: Fixture,
  random: Random,
): { readonly method: string; readonly path: string; readonly body: unknown } {
  const { lakes } = fixture
  const lake = lakes[random.pick(modes)]
  const { root } = lake.as.admin
  const namespace = spelled(random, random.pick(['open', 'mine', hidden, 'none']))
  const name = random.pick(['shared', 'other', 't', hidden, 'none'])
  const table = spelled(random, name)
  const at = `${root}namespaces/${namespace}`
  const identifier = { namespace: [random.pick(['open', 'mine', hidden])], name }
  const change = {
    identifier,
    requirements: [],
    updates: [{ action: 'set-properties', updates: { a: 'b' } }],
  }
  const paths = [
    `v1/config?warehouse=${lake.name}`,
    `${root}namespaces`,
    `${root}namespaces?parent=${namespace}&pageToken=&pageSize=1`,
    at,
    `${at}/properties`,
    `${at}/register`,
    `${at}/register-view`,
    ...['tables', 'views', 'functions'].flatMap((kind) => [
      `${at}/${kind}`,
      `${at}/${kind}?pageToken=&pageSize=1`,
      `${at}/${kind}/${table}`,
      `${at}/${kind}/${table}/credentials`,
      `${at}/${kind}/${table}/credentials?storageRefreshToken=x`,
      `${at}/${kind}/${table}/metrics`,
      `${at}/${kind}/${table}/sign`,
      `${at}/${kind}/${table}/plan`,
      `${at}/${kind}/${table}/plan/p1`,
      `${at}/${kind}/${table}/tasks`,
      `${at}/${kind}/${table}/unregister`,
      `${at}/${kind}/${table}/unknown`,
    ]),
    `${root}tables/rename`,
    `${root}views/rename`,
    `${root}transactions/commit`,
    `${root}unknown/${namespace}`,
    `${root}${encodeURIComponent('namespaces/open')}`,
    'management/v1/grants',
    `management/v1/warehouses/${lake.name}`,
    `management/v1/warehouses/${lake.name}/check`,
    `management/v1/warehouses/${lake.name}/revoke-access`,
  ]
  const bodies: unknown[] = [
    undefined,
    {},
    [],
    '{',
    createBody(`new${fixture.count()}`),
    { ...createBody(`new${fixture.count()}`), 'stage-create': true },
    change,
    { requirements: [{ type: 'assert-create' }], updates: [] },
    { 'table-changes': [change] },
    { source: identifier, destination: { namespace: ['mine'], name: 'moved' } },
    { namespace: [`n${fixture.count()}`] },
    { updates: { location: 's3://lake-own/x' }, removals: [] },
    { name: 'r', 'metadata-location': 's3://lake-own/x/metadata/v1.json', overwrite: true },
    { region: 'us-east-1', uri: 'http://s3/lake-own/x', method: 'PUT', headers: {} },
    {
      privilege: 'select',
      on: { warehouse: lake.name, namespace: identifier.namespace, relation: name },
      to: { principal: 'stranger' },
    },
  ]
  const method = random.pick(['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'])
  const body = random.pick(bodies)
  return { method, path: random.pick(paths), body: method === 'HEAD' || method === 'GET' ? undefined : body }
}

/** Suite in which a caller without any right uses every route and method. No request may reach the upstream. */
export const noRights: Suite = {
  name: 'no-rights',
  about: 'any route, method, body and encoding of a caller without rights: the upstream receives no request',
  weight: 8,
  async attack(fixture, random) {
    const { method, path, body } = anyRequest(fixture, random)
    const seen = await send(fixture, 'stranger', method, path, body)
    const sent = fixture.recorder.requests.map((request) => `${request.method} ${request.path}`)
    const escapes = sent.map((request) => `the upstream received ${request}`)
    // Requests that the server answers without the upstream, such as CORS preflight requests, may succeed.
    if (seen.status < 300 && method !== 'OPTIONS') escapes.push(`it was accepted (${seen.status})`)
    return {
      what: `stranger: ${method} ${path} ${JSON.stringify(body) ?? ''}`.slice(0, 300),
      seen: [seen],
      escapes,
    }
  },
}

/**
 * Suite in which callers with rights on some objects send requests about other objects, or about both in one request.
 */
export const otherObjects: Suite = {
  name: 'other-objects',
  about: 'transactions, renames, lists and creations that name a hidden object next to an own one',
  weight: 4,
  async attack(fixture, random) {
    const { root } = fixture.lakes[random.pick(modes)].as.admin
    const shared = { namespace: ['open'], name: 'shared' }
    const victim = random.pick([
      { namespace: ['open'], name: 'other' },
      { namespace: ['open'], name: hidden },
      { namespace: [hidden], name: 't' },
      { namespace: ['mine'], name: 't' },
    ])
    const updates = [{ action: 'set-properties', updates: { taken: 'yes' } }]
    const change = (identifier: object): object => ({ identifier, requirements: [], updates })
    const path = `${root}namespaces/${victim.namespace.join('%1F')}/tables/${victim.name}`
    const to = { namespace: random.pick([[hidden], ['open']]), name: `m${fixture.count()}` }
    const [who, method, at, body] = random.pick<readonly [Who, string, string, unknown?]>([
      ['writer', 'POST', `${root}transactions/commit`, { 'table-changes': [change(shared), change(victim)] }],
      ['writer', 'POST', `${root}transactions/commit`, { 'table-changes': [change(victim), change(shared)] }],
      ['writer', 'POST', path, { requirements: [], updates }],
      ['writer', 'POST', path, { requirements: [{ type: 'assert-create' }], updates: [] }],
      ['writer', 'POST', `${root}namespaces/open/tables/shared`, { ...change(victim), requirements: [] }],
      ['writer', 'POST', `${root}tables/rename`, { source: shared, destination: to }],
      [
        'owner',
        'POST',
        `${root}tables/rename`,
        { source: { namespace: ['mine'], name: 't' }, destination: to },
      ],
      ['writer', 'DELETE', `${root}namespaces/open/tables/shared?purgeRequested=true`],
      ['reader', 'POST', `${root}namespaces/open/tables/shared`, { requirements: [], updates }],
      ['reader', 'GET', path],
      ['reader', 'GET', `${path}/credentials`],
      ['owner', 'POST', `${root}namespaces`, { namespace: [`n${fixture.count()}`] }],
      ['owner', 'POST', `${root}namespaces/mine/properties`, { updates: { location: 's3://lake-own/x' } }],
      [
        'owner',
        'POST',
        `${root}namespaces/mine/tables`,
        createBody(`l${fixture.count()}`, { location: 's3://lake-own/x' }),
      ],
      [
        'owner',
        'POST',
        `${root}namespaces/mine/tables`,
        createBody(`l${fixture.count()}`, {
          properties: { 'write.data.path': random.pick(['../x', 's3://lake-own/x']) },
        }),
      ],
    ])
    const seen = await send(fixture, who, method, at, body)
    const escapes = fixture.recorder.requests.map(
      (request) => `the upstream received ${request.method} ${request.path}`,
    )
    if (seen.status < 400) escapes.push(`it was accepted (${seen.status})`)
    return {
      what: `${who}: ${method} ${at} ${JSON.stringify(body) ?? ''}`.slice(0, 300),
      seen: [seen],
      escapes,
    }
  },
}

/**
 * Suite in which a caller that may see one table reads lists. The pages must reveal neither the names nor the number
 * of other tables.
 */
export const lists: Suite = {
  name: 'lists',
  about: 'pages of lists, with page tokens of other callers: no name and no number of hidden objects',
  weight: 2,
  async attack(fixture, random) {
    const { as } = fixture.lakes[random.pick(modes)]
    const { root } = as.admin
    const at = `${root}namespaces/open/tables`
    const size = 1 + random.int(3)
    const token = random.chance(0.3) ? await foreignToken(fixture, at) : ''
    const seen = await send(
      fixture,
      'reader',
      'GET',
      `${at}?pageToken=${encodeURIComponent(token)}&pageSize=${size}`,
    )
    const escapes: string[] = []
    const decoded = Buffer.from(
      /next-page-token":"([^"]*)/.exec(seen.text)?.[1] ?? '',
      'base64url',
    ).toString()
    if (/other|hidden/.test(decoded)) escapes.push(`the page token contains a hidden name: ${decoded}`)
    if (seen.status === 200 && token === '' && !/"next-page-token":null/.test(seen.text))
      escapes.push('a page of the only visible table has a next page')
    return { what: `reader: a list with ${size} names per page`, seen: [seen], escapes }
  },
}

async function foreignToken(fixture: Fixture, at: string): Promise<string> {
  const { send: asAdmin } = fixture.lakes.own.as.admin
  const { text } = await asAdmin('GET', `${at.replace(/v1\/[^/]+/, 'v1/lake-own')}?pageToken=&pageSize=1`)
  return /next-page-token":"([^"]*)/.exec(text)?.[1] ?? ''
}
