import {
  type Response,
  type Catalog,
  readMember,
  namespacePath,
  tablePath,
} from '../../refresh/catalog-client.ts'
import { credentialsIn } from '../../refresh/credential.ts'
import { readStorageKeys, toTarget, useKeys } from '../../refresh/storage-keys.ts'
import { createBody, creationBody, delegation, locationIn } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { prefixesIn, toSeen } from '../catalog-seen.ts'
import type { OtherWarehouses, Fixture } from '../fixture.ts'
import { useAccess } from '../own-files.ts'
import type { Random } from '../random.ts'
import { seenOfStore } from './gateway-paths.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const headers = { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' }

/**
 * Namespace that its owner later drops, with a staged table and a dropped table whose metadata and files contain the
 * content of a canary.
 */
interface Former {
  readonly catalog: Catalog
  readonly namespace: readonly string[]
  readonly made: Response
  readonly staged: Response
  readonly id: string
  readonly metadataLocation: string
}

const requireOtherWarehouses = ({ otherWarehouses }: Fixture): OtherWarehouses => {
  if (otherWarehouses === undefined) throw new Error('The fixture has no other warehouse.')
  return otherWarehouses
}

const readKeys = (response: Response): ReturnType<typeof readStorageKeys> =>
  response.status === 200
    ? credentialsIn(response).flatMap((one) => readStorageKeys(one) ?? [])[0]
    : undefined

const droppedPath = ({ otherWarehouses }: Fixture): string =>
  `management/v1/warehouses/${otherWarehouses?.kept.name ?? ''}/dropped`

async function succeeded(request: Promise<Response>, what: string): Promise<Response> {
  const response = await request
  if (response.status >= 300)
    throw new Error(`${what} failed: ${response.status} ${response.text.slice(0, 300)}`)
  return response
}

async function makeNamespace(catalog: Catalog, namespace: readonly string[]): Promise<void> {
  for (let depth = 1; depth <= namespace.length; depth++) {
    const body = { namespace: namespace.slice(0, depth) }
    await succeeded(catalog.send('POST', `${catalog.root}namespaces`, { body }), 'namespace')
  }
}

async function dropNamespace(catalog: Catalog, namespace: readonly string[]): Promise<void> {
  for (let depth = namespace.length; depth > 0; depth--)
    await succeeded(
      catalog.send('DELETE', namespacePath(catalog, namespace.slice(0, depth))),
      'drop of a namespace',
    )
}

/**
 * Creates a namespace with a table and a staged table, and drops the table, so that the warehouse keeps it as a
 * dropped table.
 */
async function makeFormer(fixture: Fixture, catalog: Catalog, namespace: readonly string[]): Promise<Former> {
  await makeNamespace(catalog, namespace)
  const tables = `${namespacePath(catalog, namespace)}/tables`
  const properties = { note: fixture.marks.content }
  const made = await succeeded(
    catalog.send('POST', tables, { body: createBody('t', { properties }), headers }),
    'create',
  )
  const staged = await succeeded(
    catalog.send('POST', tables, { body: createBody('s', { 'stage-create': true, properties }), headers }),
    'stage-create',
  )
  for (const response of [made, staged]) {
    const keys = readKeys(response)
    if (keys === undefined) continue
    const put = await useKeys(
      keys,
      'PUT',
      toTarget(`${locationIn(response)}/data/secret`),
      fixture.marks.content,
    )
    if (put.status !== 200) throw new Error(`the owner of the table could not write: status ${put.status}`)
  }
  await succeeded(catalog.send('DELETE', tablePath(catalog, namespace, 't')), 'drop')
  const id = await droppedIds(fixture, catalog, namespace)
  if (id[0] === undefined)
    throw new Error('The list of dropped tables does not contain the table that its owner dropped.')
  return {
    catalog,
    namespace,
    made,
    staged,
    id: id[0],
    metadataLocation: String(readMember(made.json, 'metadata-location')),
  }
}

/**
 * Removes the table properties from a response to the owner, because they contain the canary that the oracle searches
 * for.
 */
function withoutNote(response: Response): Response {
  const metadata = readMember(response.json, 'metadata')
  return {
    ...response,
    json: { metadata: { ...(typeof metadata === 'object' ? metadata : {}), properties: {} } },
  }
}

/**
 * Returns the ids of the dropped tables that a caller sees in a namespace, from all pages of the list.
 *
 * @param ofAll requests the dropped tables of all namespaces
 */
async function droppedIds(
  fixture: Fixture,
  catalog: Catalog,
  namespace: readonly string[],
  ofAll = false,
): Promise<string[]> {
  const ids: string[] = []
  for (let token: unknown = ''; typeof token === 'string';) {
    const query = new URLSearchParams()
    for (const level of ofAll ? [] : namespace) query.append('namespace', level)
    if (token !== '') query.set('pageToken', token)
    const path = `${droppedPath(fixture)}?${query.toString()}`
    const response = await succeeded(catalog.send('GET', path), 'list of dropped')
    const list = readMember(response.json, 'dropped')
    const rows: unknown[] = Array.isArray(list) ? list : []
    for (const row of rows)
      if (String(readMember(row, 'namespace')) === String(namespace)) ids.push(String(readMember(row, 'id')))
    token = readMember(response.json, 'nextPageToken')
  }
  return ids
}

function chooseNamespace(fixture: Fixture, random: Random): string[] {
  const name = `x${fixture.count()}`
  return random.pick([[name], [name], [name, 'inner'], [name, 'a.b']])
}

/** Recreates Ada's dropped namespace as Mallory, and tries to access the tables that Ada dropped there. */
async function asNewOwner(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory, ada } = requireOtherWarehouses(fixture).kept.as
  const former = await makeFormer(fixture, ada, chooseNamespace(fixture, random))
  const { namespace, id, made, staged, metadataLocation } = former
  await dropNamespace(ada, namespace)
  await makeNamespace(mallory, namespace)
  const tables = `${namespacePath(mallory, namespace)}/tables`
  const path = tablePath(mallory, namespace, 't')
  const owns = random.chance(0.5)
  const own = owns
    ? await succeeded(
        mallory.send('POST', tables, { body: createBody('t'), headers }),
        'create of the new owner',
      )
    : undefined
  const seen: Seen[] = []
  const found: string[] = []
  const listed = await droppedIds(fixture, mallory, namespace, random.chance(0.2))
  if (listed.includes(id)) found.push('the dropped table of another principal was listed')
  const old = [locationIn(made), locationIn(staged)]
  const tried = async (what: string, request: Promise<Response>): Promise<void> => {
    const response = await request
    seen.push(toSeen(response))
    if (prefixesIn(response).some((prefix) => old.some((place) => prefix.startsWith(place))))
      found.push(`${what} issued a credential for a former table`)
    const keys = readKeys(response)
    if (keys === undefined) return
    for (const place of old) {
      seen.push(seenOfStore(await useKeys(keys, 'GET', toTarget(`${place}/data/secret`))))
      const written = await useKeys(keys, 'PUT', toTarget(`${place}/data/secret`), 'changed')
      if (written.status < 300) found.push(`${what}: a file of a former table was overwritten`)
    }
  }
  if (own !== undefined) await tried('create', Promise.resolve(own))
  const steps = {
    restore: async () => {
      const body = random.pick([{}, { name: 'r' }, { namespace, name: 'r' }, { namespace: [namespace[0]] }])
      const response = await mallory.send('POST', `${droppedPath(fixture)}/${id}/restore`, { body })
      if (response.status < 300) found.push('a dropped table of another principal was restored')
      seen.push(toSeen(response))
    },
    purge: async () => {
      const response = await mallory.send('POST', `${droppedPath(fixture)}/${id}/purge`, { body: {} })
      if (response.status < 300) found.push('a dropped table of another principal was purged')
      seen.push(toSeen(response))
    },
    load: () => tried('load', mallory.send('GET', path, { headers })),
    register: () =>
      tried(
        'register',
        mallory.send('POST', `${namespacePath(mallory, namespace)}/register`, {
          body: { name: random.pick(['t', 'g']), 'metadata-location': metadataLocation, overwrite: true },
          headers,
        }),
      ),
    place: () =>
      tried(
        'create at the former place',
        mallory.send('POST', tables, {
          body: createBody('p', {
            location: `${random.pick(old)}${random.pick(['', '/', '/data', '/../', '//'])}`,
            'stage-create': random.chance(0.5),
          }),
          headers,
        }),
      ),
    move: () =>
      tried(
        'set-location',
        mallory.send('POST', path, {
          body: { requirements: [], updates: [{ action: 'set-location', location: random.pick(old) }] },
        }),
      ),
    commit: async () => {
      const response = await mallory.send('POST', tablePath(mallory, namespace, 's'), {
        body: creationBody(withoutNote(staged)),
      })
      if (response.status < 300) found.push('the staged table of another principal was committed')
      seen.push(toSeen(response))
    },
  }
  for (const step of [steps.restore, ...random.some(Object.values(steps), 5)]) await step()
  // A refused restore must not have changed the dropped tables of the former owner.
  const kept = (await droppedIds(fixture, ada, namespace)).includes(id)
  return {
    what: `${namespace.length === 1 ? 'a namespace' : 'nested namespaces'} recreated by another principal${owns ? ', with a table of the same name' : ''}`,
    seen,
    escape: !kept
      ? [...found, 'the former owner lost the dropped table'].join('; ')
      : found.join('; ') || undefined,
  }
}

/** Recreates Mallory's dropped namespace as Ada, and tries to use Mallory's former credentials there. */
async function asFormerOwner(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory, ada } = requireOtherWarehouses(fixture).kept.as
  const namespace = chooseNamespace(fixture, random)
  const { made, staged } = await makeFormer(fixture, mallory, namespace)
  await dropNamespace(mallory, namespace)
  await makeNamespace(ada, namespace)
  const tables = `${namespacePath(ada, namespace)}/tables`
  const theirs: Response[] = []
  for (const name of ['t', 's']) {
    const body = createBody(name, { properties: { note: fixture.marks.content } })
    const response = await succeeded(ada.send('POST', tables, { body, headers }), 'create of the new owner')
    const keys = readKeys(response)
    if (keys !== undefined)
      await useKeys(keys, 'PUT', toTarget(`${locationIn(response)}/data/secret`), fixture.marks.content)
    theirs.push(response)
  }
  const seen: Seen[] = []
  const found: string[] = []
  const places = theirs.map(locationIn)
  const judge = async (what: string, response: Response): Promise<void> => {
    seen.push(toSeen(response))
    if (response.status < 300) found.push(`${what} succeeded`)
  }
  for (const [name, response] of [
    ['t', made],
    ['s', staged],
  ] as const) {
    const path = tablePath(mallory, namespace, name)
    const keys = readKeys(response)
    const { token } = credentialsIn(response)[0] ?? {}
    if (token !== undefined) {
      const query = `storageRefreshToken=${encodeURIComponent(token)}`
      await judge(`a refresh at ${name}`, await mallory.send('GET', `${path}/credentials?${query}`))
      // Uses the token of one table with the path of the other table.
      const other = tablePath(mallory, namespace, name === 't' ? 's' : 't')
      await judge('a refresh at another name', await mallory.send('GET', `${other}/credentials?${query}`))
    }
    if (keys !== undefined)
      for (const place of places) {
        const target = toTarget(`${place}/data/secret`)
        const responses = [
          await useKeys(keys, 'GET', target),
          await useKeys(keys, random.pick(['PUT', 'DELETE']), target),
        ]
        if (responses.some(({ status }) => status < 300))
          found.push('old keys reach a table of the new owner')
        seen.push(...responses.map(seenOfStore))
      }
    if (fixture.mode === 'remote-signing')
      for (const place of [...places, locationIn(response)]) {
        // Uses the sign endpoint of the staged table, whose path contains a token.
        const request = { method: random.pick(['PUT', 'DELETE']), location: `${place}/data/secret` }
        const signed = await useAccess(fixture, name, response, request)
        if (signed.status < 300) found.push('a signature with a former credential succeeded')
        seen.push(signed)
      }
    const steps = [
      async () => judge('a load', await mallory.send('GET', path, { headers })),
      async () => judge('a load with a credential', await mallory.send('GET', `${path}/credentials`)),
      async () => judge('a drop', await mallory.send('DELETE', path)),
      async () =>
        judge(
          'a commit',
          await mallory.send('POST', path, {
            body: { requirements: [], updates: [{ action: 'set-properties', updates: { a: 'b' } }] },
          }),
        ),
      async () =>
        judge('a late creation', await mallory.send('POST', path, { body: creationBody(response) })),
      async () =>
        judge(
          'a signature',
          await mallory.send('POST', `${path}/sign`, {
            body: {
              method: random.pick(['GET', 'PUT']),
              uri: `${fixture.store?.endpoint ?? 'http://127.0.0.1'}${toTarget(`${places[0] ?? ''}/data/secret`)}`,
              region: 'us-east-1',
              headers: {},
            },
          }),
        ),
    ]
    for (const step of random.some(steps, 4)) await step()
  }
  return {
    what: 'what the former owner of a namespace holds, at tables of the new owner',
    seen,
    escape: found.length > 0 ? found.join('; ') : undefined,
  }
}

/** Restores a dropped table as its owner, and reads its metadata and its files. */
async function restoreOwn(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = requireOtherWarehouses(fixture).kept.as
  const { namespace, id, made } = await makeFormer(fixture, mallory, chooseNamespace(fixture, random))
  const restored = await mallory.send('POST', `${droppedPath(fixture)}/${id}/restore`, { body: {} })
  const loaded = await mallory.send('GET', tablePath(mallory, namespace, 't'), { headers: delegation })
  const keys = readKeys(loaded)
  const content = fixture.marks.content
  const seen = [restored, loaded].map(({ status }) => ({ status, text: '' }))
  if (!loaded.text.includes(content)) seen.push({ status: 404, text: 'the metadata is not the same' })
  if (keys !== undefined) {
    const got = await useKeys(keys, 'GET', toTarget(`${locationIn(made)}/data/secret`))
    seen.push({ status: got.text === content ? 200 : 404, text: 'the data file' })
  }
  return { what: 'a restore by the owner', seen }
}

const unavailable = ({ otherWarehouses }: Fixture): string | undefined =>
  otherWarehouses === undefined ? 'there is no other warehouse' : undefined

export const recreatedNames: readonly AttackSuite[] = [
  { name: 'recreated-namespace', modes, makesTables: true, unavailable, attack: asNewOwner },
  { name: 'recreated-held', modes, makesTables: true, unavailable, attack: asFormerOwner },
  {
    name: 'recreated-legitimate',
    modes,
    makesTables: true,
    weight: 0.1,
    legitimate: true,
    unavailable,
    attack: restoreOwn,
  },
]
