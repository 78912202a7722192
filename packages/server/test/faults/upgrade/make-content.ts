import { hash } from 'node:crypto'
import type { Json, JsonObject } from '@headgate/json'
import {
  append,
  toCreation,
  idempotencyKey,
  objectAt,
  schema,
  setProperties,
  textAt,
  viewBody,
} from '../../iceberg/tables.ts'
import { unsigned } from '../../oauth/engines.ts'
import { grantTypes, tokenTypes } from '../../../src/oauth/token-types.ts'
import type { TimedResponse } from '../send.ts'
import { type Client, connectClient, toPath, requestToken } from './client.ts'
import { askedChecks, privileges, type UpgradeFixture } from './fixture.ts'

/** Table property that makes the metadata larger than the row limit, also after compression. */
const padding = { padding: Array.from({ length: 60 }, (_, n) => hash('sha256', String(n))).join('') }
const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const sales = (table: string): string => toPath('lakehouse', ['sales'], 'tables', table)

export type MadeContent = Omit<UpgradeFixture, 'madeBy' | 'madeAt' | 'rows' | 'files'>

/**
 * Fills a data set by requests to a server of the older version.
 *
 * @param storage directory with the warehouses of the server
 * @param unchecked true for a version that does not refuse overlapping locations; see `DataSet`
 */
export async function makeContent(
  url: string,
  admin: { readonly id: string; readonly secret: string },
  { storage, unchecked }: { readonly storage: string; readonly unchecked: boolean },
): Promise<MadeContent> {
  const owner = await connectClient(url, admin.id, admin.secret)
  const must = requireSuccess(owner)
  const secrets: Record<string, string> = { [admin.id]: admin.secret }
  const addPrincipal = async (name: string): Promise<void> => {
    const { json } = await must('POST', '/management/v1/principals', { name })
    secrets[name] = textAt(json, 'secret', 'clientSecret')
  }
  const grant = (to: Json, privilege: string, on: Json): Promise<TimedResponse> =>
    must('POST', '/management/v1/grants', { privilege, on, to })
  const callers = privileges.flatMap((privilege) => [`p-${privilege}`, `m-${privilege}`])
  for (const name of ['alice', 'mallory', 'trino', ...callers]) await addPrincipal(name)

  await must('POST', '/management/v1/warehouses', {
    name: 'lakehouse',
    storage: { type: 'file', root: `file://${storage}/lakehouse`, bucket: 'lakehouse' },
    vending: { mode: 'gateway' },
  })
  await grant({ principal: 'alice' }, 'create', 'server')
  await grant({ principal: 'alice' }, 'create', { warehouse: 'lakehouse' })
  await grant({ principal: 'mallory' }, 'create', { warehouse: 'lakehouse' })
  const alice = await connectClient(url, 'alice', secrets['alice'] ?? '')
  const mallory = await connectClient(url, 'mallory', secrets['mallory'] ?? '')
  const byAlice = requireSuccess(alice)
  const byMallory = requireSuccess(mallory)
  await byAlice('POST', '/management/v1/warehouses', {
    name: 'other',
    // With a bucket name, metadata files do not contain the directory, so their digests are also valid in
    // another directory.
    storage: { type: 'file', root: `file://${storage}/other`, ...(unchecked ? {} : { bucket: 'other' }) },
  })

  await byAlice('POST', '/v1/lakehouse/namespaces', { namespace: ['sales'] })
  const tables = toPath('lakehouse', ['sales'], 'tables')
  const create = (name: string, more: JsonObject = {}): Promise<TimedResponse> =>
    byAlice('POST', tables, { name, schema, ...more })
  await create('small')
  await create('large', { properties: padding })
  await create('third', { properties: { 'format-version': '3' } })
  for (const name of ['small', 'large']) {
    await byAlice('POST', sales(name), {
      requirements: [],
      updates: [...append(7, 1), setProperties({ committed: 'before' })],
    })
  }
  await byAlice('POST', toPath('lakehouse', ['sales'], 'views'), viewBody('recent'))
  if (unchecked) {
    for (const name of ['zero\u200bwidth', 'bidi\u202eabc', 'a.b', 'c/d', '\ufeffmark']) await create(name)
    const odd = ['odd.name/\u2060space']
    await byAlice('POST', '/v1/lakehouse/namespaces', { namespace: odd })
    await byAlice('POST', toPath('lakehouse', odd, 'tables'), { name: 't', schema })
  }

  await makeGrants(must, grant)
  const staged = await stageTables(byAlice, byMallory, unchecked)
  if (unchecked) await overlapTables(must, byAlice, storage)
  else await makeOther(byAlice)
  await dropTables(byAlice, byMallory, staged)

  const key = idempotencyKey()
  const idempotent = {
    key,
    path: sales('small'),
    body: { requirements: [], updates: [setProperties({ once: 'yes' })] },
  }
  const committed = await byAlice('POST', idempotent.path, idempotent.body, { 'idempotency-key': key })

  const basic = {
    authorization: `Basic ${Buffer.from(`trino:${secrets['trino'] ?? ''}`).toString('base64')}`,
  }
  const engine = await requestToken(
    url,
    {
      grant_type: grantTypes.tokenExchange,
      subject_token: unsigned({ sub: 'alice' }),
      subject_token_type: tokenTypes.jwt,
    },
    basic,
  ).catch(() =>
    requestToken(
      url,
      {
        grant_type: grantTypes.tokenExchange,
        subject_token: alice.token,
        subject_token_type: tokenTypes.accessToken,
      },
      basic,
    ),
  )
  const readRefreshPath = async (token: string): Promise<string> => {
    const response = await byAlice('GET', sales('small'), undefined, {
      ...asking,
      authorization: `Bearer ${token}`,
    })
    return `/${textAt(response.json, 'config', 'client.refresh-credentials-endpoint')}`
  }
  const tokens = {
    access: alice.token,
    engine,
    refresh: await readRefreshPath(alice.token),
    engineRefresh: await readRefreshPath(engine),
  }
  return {
    secrets,
    loads: await loadAll(must),
    staged,
    checks: await checkAll(must),
    tokens,
    idempotent: { ...idempotent, location: textAt(committed.json, 'metadata-location') },
  }
}

type Must = Client['send']

/** Sends a request. The generator stops when the response is an error. */
export function requireSuccess(client: Client): Must {
  return async (method, path, body, headers) => {
    const response = await client.send(method, path, body, headers)
    if (response.status >= 300)
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.json)}`)
    return response
  }
}

/** Grants each privilege to a principal on a namespace, and to a role on the warehouse. */
async function makeGrants(
  must: Must,
  grant: (to: Json, privilege: string, on: Json) => Promise<TimedResponse>,
): Promise<void> {
  for (const privilege of privileges) {
    await grant({ principal: `p-${privilege}` }, privilege, { warehouse: 'lakehouse', namespace: ['sales'] })
    const role = `r-${privilege}`
    await must('POST', '/management/v1/roles', { name: role })
    await must('POST', `/management/v1/roles/${role}/members/add`, { principal: `m-${privilege}` })
    await grant({ role }, privilege, { warehouse: 'lakehouse' })
  }
  await must('POST', '/management/v1/engines', {
    principal: 'trino',
    subjects: [{ issuer: 'headgate', pattern: 'alice' }],
    namesIssuer: 'headgate',
    unsignedSubjects: true,
    warehouses: ['lakehouse'],
    privileges: ['modify'],
    tokenSeconds: 3_600,
  })
}

/**
 * Creates staged tables. With `unchecked`, also creates two staged tables at one location, and a table at the
 * location of a staged table.
 */
async function stageTables(
  byAlice: Must,
  byMallory: Must,
  unchecked: boolean,
): Promise<Record<string, Json>> {
  const tables = toPath('lakehouse', ['sales'], 'tables')
  const own = toPath('lakehouse', ['own'], 'tables')
  await byMallory('POST', '/v1/lakehouse/namespaces', { namespace: ['own'] })
  const staged: Record<string, Json> = {}
  const stage = async (must: Must, path: string, name: string, location?: string): Promise<TimedResponse> => {
    const place = location === undefined ? {} : { location }
    const response = await must('POST', path, { name, schema, 'stage-create': true, ...place })
    staged[name] = response.json
    return response
  }
  await stage(byAlice, tables, 'pending')
  await stage(byAlice, tables, 'twin', 's3://lakehouse/twins/here')
  if (unchecked) {
    await stage(byMallory, own, 'twin-of-mallory', 's3://lakehouse/twins/here')
    await stage(byMallory, own, 'under', 's3://lakehouse/over/below')
  }
  await byAlice('POST', tables, { name: 'over', schema, location: 's3://lakehouse/over' })
  // This staged table is completed immediately. The others remain staged.
  const finished = await stage(byAlice, tables, 'finished')
  await byAlice('POST', sales('finished'), toCreation(finished))
  return staged
}

/** Creates a table of the warehouse `other` at its default location. */
async function makeOther(byAlice: Must): Promise<void> {
  await byAlice('POST', '/v1/other/namespaces', { namespace: ['n'] })
  await byAlice('POST', toPath('other', ['n'], 'tables'), { name: 'over', schema, properties: padding })
}

/** Creates tables of the warehouse `other` in the directory of a table of `lakehouse`. */
async function overlapTables(must: Must, byAlice: Must, storage: string): Promise<void> {
  const { json } = await byAlice('GET', sales('large'))
  const directory = textAt(json, 'metadata', 'location').replace('s3://', `file://${storage}/`)
  await must('PATCH', '/management/v1/warehouses/other', {
    allowedLocations: [`${directory}/`],
    skipProbe: true,
  })
  await byAlice('POST', '/v1/other/namespaces', { namespace: ['n'] })
  const tables = toPath('other', ['n'], 'tables')
  for (const name of ['over', 'over-dropped'])
    await byAlice('POST', tables, { name, schema, location: `${directory}/${name}`, properties: padding })
  await byAlice('DELETE', `${toPath('other', ['n'], 'tables', 'over-dropped')}?purgeRequested=true`)
}

/**
 * Drops tables in namespaces that remain, are deleted, or are deleted and created again by another principal.
 * Adds staged tables in the deleted and recreated namespaces to `staged`.
 */
async function dropTables(byAlice: Must, byMallory: Must, staged: Record<string, Json>): Promise<void> {
  const { json } = await byAlice('GET', sales('large'))
  const foreign = textAt(json, 'metadata', 'location')
  const tables = toPath('lakehouse', ['sales'], 'tables')
  await byAlice('POST', tables, { name: 'gone', schema, properties: padding })
  const doomed = await byAlice('POST', tables, { name: 'doomed', schema, properties: padding })
  const location = textAt(doomed.json, 'metadata', 'location')
  const paths = [
    `${location}/statistics.puffin`,
    `${foreign}/statistics.puffin`,
    's3://lakehouse/landing/statistics.puffin',
  ]
  const ids = [11, 12, 13]
  await byAlice('POST', sales('doomed'), {
    requirements: [],
    updates: [
      ...append(11, 1),
      ...append(12, 2, 11),
      ...append(13, 3, 12),
      ...ids.map((id, at) => ({
        action: 'set-statistics',
        'snapshot-id': id,
        statistics: {
          'snapshot-id': id,
          'statistics-path': paths[at] ?? '',
          'file-size-in-bytes': 4,
          'file-footer-size-in-bytes': 2,
          'blob-metadata': [],
        },
      })),
    ],
  })
  await byAlice('DELETE', sales('gone'))
  await byAlice('DELETE', `${sales('doomed')}?purgeRequested=true`)
  for (const namespace of ['temp', 'lost']) {
    await byAlice('POST', '/v1/lakehouse/namespaces', { namespace: [namespace] })
    const path = toPath('lakehouse', [namespace], 'tables')
    await byAlice('POST', path, { name: 'secret', schema, properties: padding })
    await byAlice('DELETE', toPath('lakehouse', [namespace], 'tables', 'secret'))
    const name = `left-${namespace}`
    staged[name] = (await byAlice('POST', path, { name, schema, 'stage-create': true })).json
    await byAlice('DELETE', toPath('lakehouse', [namespace]))
  }
  await byMallory('POST', '/v1/lakehouse/namespaces', { namespace: ['temp'] })
}

/** Loads every table and view of the data set. */
async function loadAll(must: Must): Promise<Record<string, Json>> {
  const loads: Record<string, Json> = {}
  for (const warehouse of ['lakehouse', 'other']) {
    const { json } = await must('GET', `/v1/${warehouse}/namespaces`)
    for (const namespace of objectAt(json)['namespaces'] as string[][]) {
      for (const kind of ['tables', 'views']) {
        const listed = await must('GET', toPath(warehouse, namespace, kind))
        for (const { name } of objectAt(listed.json)['identifiers'] as { name: string }[]) {
          const path = toPath(warehouse, namespace, kind, name)
          loads[path] = readLoaded(await must('GET', path))
        }
      }
    }
  }
  return loads
}

/** Returns the part of a load response that does not depend on the caller. */
export function readLoaded({ json }: Pick<TimedResponse, 'json'>): Json {
  const { metadata = null, 'metadata-location': location = null } = objectAt(json)
  return { metadata, 'metadata-location': location }
}

/** Returns the results of `askedChecks` in one text. */
export async function checkAll(must: Must): Promise<string> {
  const { json } = await must('POST', '/management/v1/access/check', {
    checks: askedChecks() as unknown as Json,
  })
  const results = objectAt(json)['results'] as { outcome: string }[]
  return results.map(({ outcome }) => outcome.slice(0, 1)).join('')
}
