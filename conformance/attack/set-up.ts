import { randomUUID } from 'node:crypto'
import {
  type Answer,
  asCaller,
  type Catalog,
  namespacePath,
  openCatalog,
  tablePath,
} from '../refresh/catalog-client.ts'
import { inShort, onlyCredential } from '../refresh/credential.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import { type StorageKeys, storageKeysOf } from '../refresh/storage-keys.ts'
import { createBody, delegation, locationIn } from '../refresh/table-requests.ts'
import type { Held, Table, Who } from './lake.ts'

/** The people of a lake, who are the same on all warehouses of a server. */
export type People = Readonly<Record<Who, Readonly<Record<string, string>>>>

/** Places of Ada's tables: those look like Mallory's, or begin like it. */
export const adaPlaces = ['n/t2', 'n/T', 'n/t-x', 'n/tt', 'n/t.', 'nn/t'] as const
export const ownPlace = 'n/t'
export const namespace = ['n'] as const

export async function makePeople(server: OwnServer): Promise<People> {
  const [mallory, ada, reader] = await Promise.all(
    ['mallory', 'ada', 'reader'].map((name) => server.principal(name)),
  )
  return { mallory: mallory ?? {}, ada: ada ?? {}, reader: reader ?? {} }
}

export interface Tables {
  readonly as: Record<Who, Catalog>
  readonly own: Table
  readonly victim: Table
}

/** Warehouse, namespace, rights and tables: what is there before an attack begins. */
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
  if (victim === undefined) throw new Error('Ada has no table')
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
  if (made.status !== 200) throw new Error(`table ${name} at ${location}: ${inShort(made)}`)
  return { name, location }
}

/** Puts the content of a canary into the metadata of a table, so that an answer with that metadata is noticed. */
export async function markMetadata(catalog: Catalog, table: Table, content: string): Promise<void> {
  const body = { requirements: [], updates: [{ action: 'set-properties', updates: { note: content } }] }
  const answer = await catalog.send('POST', tablePath(catalog, namespace, table.name), { body })
  if (answer.status !== 200) throw new Error(`commit to ${table.name}: ${inShort(answer)}`)
}

/** Everybody's keys: Mallory's and the reader's for her table, Ada's for her own. */
export async function keysOf({ as, own, victim }: Tables): Promise<Record<Who, StorageKeys>> {
  return {
    mallory: keysIn(await loaded(as.mallory, own.name)),
    ada: keysIn(await loaded(as.ada, victim.name)),
    reader: keysIn(await loaded(as.reader, own.name)),
  }
}

/** What comes with a table when it is loaded. */
export async function loaded(catalog: Catalog, name: string): Promise<Answer> {
  const answer = await catalog.send('GET', tablePath(catalog, namespace, name), { headers: delegation })
  if (answer.status !== 200) throw new Error(`load of ${name}: ${inShort(answer)}`)
  return answer
}

export function keysIn(answer: Answer): StorageKeys {
  const keys = storageKeysOf(onlyCredential(answer, 'keys'))
  if (keys === undefined) throw new Error('there are no keys for S3')
  return keys
}

function held(name: string, answer: Answer, staged: boolean): Held {
  const { prefix, token } = onlyCredential(answer, name)
  if (token === undefined) throw new Error(`no token came with ${name}`)
  return { name, location: locationIn(answer), prefix, token, staged }
}

/** Tokens of a caller: of a table that is there, and of some that are being created. */
export async function tokensOf(catalog: Catalog, table: Table): Promise<Held[]> {
  const tokens = [held(table.name, await loaded(catalog, table.name), false)]
  for (let i = 0; i < 3; i++) {
    const name = `staged-${randomUUID()}`
    const body = createBody(name, { 'stage-create': true })
    const answer = await catalog.send('POST', `${namespacePath(catalog, namespace)}/tables`, {
      body,
      headers: delegation,
    })
    if (answer.status !== 200) throw new Error(`stage-create: ${inShort(answer)}`)
    tokens.push(held(name, answer, true))
  }
  return tokens
}
