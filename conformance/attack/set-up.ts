import { randomUUID } from 'node:crypto'
import {
  type Response,
  asCaller,
  type Catalog,
  namespacePath,
  openCatalog,
  tablePath,
} from '../refresh/catalog-client.ts'
import { inShort, onlyCredential } from '../refresh/credential.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import { type StorageKeys, readStorageKeys } from '../refresh/storage-keys.ts'
import { createBody, delegation, locationIn } from '../refresh/table-requests.ts'
import type { Held, Table, Who } from './fixture.ts'

/**
 * Request headers that authenticate each caller. The callers are the same for all warehouses of a server. The stranger
 * has no grant.
 */
export type People = Readonly<Record<Who | 'stranger', Readonly<Record<string, string>>>>

/**
 * Locations of the victim's tables, relative to the warehouse. They resemble the location of the attacker's table, or
 * have it as a textual prefix.
 */
export const adaPlaces = ['n/t2', 'n/T', 'n/t-x', 'n/tt', 'n/t.', 'nn/t'] as const
export const ownPlace = 'n/t'
export const namespace = ['n'] as const

export async function makePeople(server: OwnServer): Promise<People> {
  const [mallory = {}, ada = {}, reader = {}, stranger = {}] = await Promise.all(
    ['mallory', 'ada', 'reader', 'stranger'].map((name) => server.principal(name)),
  )
  return { mallory, ada, reader, stranger }
}

export interface Tables {
  readonly as: Record<Who, Catalog>
  readonly own: Table
  readonly victim: Table
}

/** Creates the warehouse, namespace, grants and tables that an attack uses. */
export async function makeTables(server: OwnServer, people: People, warehouse: string): Promise<Tables> {
  const admin = await openCatalog({ uri: server.uri, warehouse, headers: server.admin })
  const made = await admin.send('POST', `${admin.root}namespaces`, { body: { namespace } })
  if (made.status !== 200) throw new Error(`namespace: ${inShort(made)}`)
  await server.grant('mallory', 'create', warehouse)
  await server.grant('ada', 'create', warehouse)
  const as = {
    mallory: asCaller(admin, people.mallory),
    ada: asCaller(admin, people.ada),
    reader: asCaller(admin, people.reader),
  }
  const own = await makeTable(as.mallory, 't', `s3://${warehouse}/${ownPlace}`)
  const theirs: Table[] = []
  for (const place of adaPlaces)
    theirs.push(await makeTable(as.ada, `a-${theirs.length}`, `s3://${warehouse}/${place}`))
  const [victim] = theirs
  if (victim === undefined) throw new Error('The user Ada owns no table that could be attacked.')
  const on = { warehouse, namespace, relation: own.name }
  const granted = await server.manage('POST', 'grants', {
    body: { privilege: 'select', on, to: { principal: 'reader' } },
  })
  if (granted.status >= 300) throw new Error(`grant: ${inShort(granted)}`)
  return { as, own, victim }
}

async function makeTable(catalog: Catalog, name: string, location: string): Promise<Table> {
  const tables = `${namespacePath(catalog, namespace)}/tables`
  const made = await catalog.send('POST', tables, { body: createBody(name, { location }) })
  if (made.status !== 200)
    throw new Error(`creating the table ${name} at ${location} failed: ${inShort(made)}`)
  return { name, location }
}

/**
 * Writes the content of a canary into a property of a table's metadata, so that the oracle recognizes responses with
 * this metadata.
 */
export async function markMetadata(catalog: Catalog, table: Table, content: string): Promise<void> {
  const body = { requirements: [], updates: [{ action: 'set-properties', updates: { note: content } }] }
  const response = await catalog.send('POST', tablePath(catalog, namespace, table.name), { body })
  if (response.status !== 200)
    throw new Error(`a commit to the table ${table.name} failed: ${inShort(response)}`)
}

/**
 * Returns the storage keys of each caller: of Mallory and the reader for Mallory's table, and of Ada for Ada's table.
 */
export async function readKeys({ as, own, victim }: Tables): Promise<Record<Who, StorageKeys>> {
  return {
    mallory: keysIn(await loaded(as.mallory, own.name)),
    ada: keysIn(await loaded(as.ada, victim.name)),
    reader: keysIn(await loaded(as.reader, own.name)),
  }
}

/** Loads a table with storage access as the owner of a catalog client. Throws if the status is not 200. */
export async function loaded(catalog: Catalog, name: string): Promise<Response> {
  const response = await catalog.send('GET', tablePath(catalog, namespace, name), { headers: delegation })
  if (response.status !== 200) throw new Error(`loading the table ${name} failed: ${inShort(response)}`)
  return response
}

export function keysIn(response: Response): StorageKeys {
  const keys = readStorageKeys(onlyCredential(response, 'keys'))
  if (keys === undefined) throw new Error('the response contains no storage keys for S3')
  return keys
}

function held(name: string, response: Response, staged: boolean): Held {
  const { prefix, token } = onlyCredential(response, name)
  if (token === undefined)
    throw new Error(`the response for the table ${name} contains no storage refresh token`)
  return { name, location: locationIn(response), prefix, token, staged }
}

/** Requests storage refresh tokens of a caller: one for an existing table, and three for new staged tables. */
export async function loadTokens(catalog: Catalog, table: Table): Promise<Held[]> {
  const tokens = [held(table.name, await loaded(catalog, table.name), false)]
  for (let i = 0; i < 3; i++) {
    const name = `staged-${randomUUID()}`
    const body = createBody(name, { 'stage-create': true })
    const response = await catalog.send('POST', `${namespacePath(catalog, namespace)}/tables`, {
      body,
      headers: delegation,
    })
    if (response.status !== 200) throw new Error(`stage-create: ${inShort(response)}`)
    tokens.push(held(name, response, true))
  }
  return tokens
}
