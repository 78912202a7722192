import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Issuer } from '../lib/issuer.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { type Lab, openLab, ownPlace } from '../identity/lab.ts'
import { openCatalog, readMember } from '../refresh/catalog-client.ts'
import { createBody } from '../refresh/table-requests.ts'
import { authorizationHeaders } from '../lib/access-token.ts'
import type { Target } from './configurations.ts'

/** Headgate server with the warehouses, tables and clients that the checks of the doctor use. */
export interface DoctorLab {
  readonly keeper: ProcessKeeper
  readonly folder: string
  /** Base URL of the catalog. */
  readonly uri: string
  /** Base URL of the storage gateway. */
  readonly s3Url: string
  /**
   * Warehouse that vends keys to all clients. The warehouse `askedWarehouse` vends keys only to clients that request
   * them.
   */
  readonly warehouse: string
  readonly askedWarehouse: string
  /** Warehouse whose storage keys expire after some seconds. */
  readonly shortWarehouse: string
  /** Credential of a client with all rights on both warehouses. */
  readonly credential: string
  /** Credential of a client that may use the warehouse, but has no rights on objects in it. */
  readonly poorCredential: string
  readonly adminCredential: string
  /** Credential of an engine that may name its users. `user` is one of them. */
  readonly engineCredential: string
  readonly user: string
  readonly namespace: string
  readonly table: string
  /** Identity provider whose tokens the catalog accepts if their audience is `audience`. */
  readonly issuer: Issuer
  readonly audience: string
  /** Subject of a user of the identity provider that may use the warehouse. */
  readonly outsideUser: string
  /** Requests new storage keys for the table, and returns them as environment variables of the AWS SDKs. */
  machineKeys(): Promise<Readonly<Record<string, string>>>
  /** Returns the values of an engine configuration for this catalog, with the credential of the client. */
  target(more?: Partial<Target>): Target
}

const table = 'orders'
const outsideUser = 'svc'

/**
 * Sends a request as a user of the identity provider, so that the server creates a principal for the user. Then grants
 * the principal `select`.
 */
async function addOutsideUser(lab: Lab, issuer: Issuer): Promise<void> {
  const token = issuer.sign({ sub: outsideUser, client_id: outsideUser, aud: lab.audience })
  await fetch(`${lab.uri}/v1/config`, { headers: { authorization: `Bearer ${token}` } })
  await lab.grant(`${issuer.issuer}#${outsideUser}`, 'select', {})
}

/** Starts the server and creates its content. */
export async function openDoctorLab(
  keeper: ProcessKeeper,
  folder: string,
): Promise<DoctorLab & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const place = stack.use(await ownPlace(keeper, folder, { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '2' }))
  const lab = await openLab(place)
  const client = await lab.client('etl')
  const poor = await lab.client('poor')
  await lab.grant('etl', 'modify', {})
  await lab.grant('etl', 'create', {})
  await lab.grant('poor', 'use', {})
  await createTable(lab, lab.warehouse, place.credential, lab.namespace[0])
  await addWarehouse(lab, folder, place.credential, 'asked', { whenNotAsked: false })
  await addWarehouse(lab, folder, place.credential, 'short', { lifetimeSeconds: 8 })
  const engine = await lab.engine('trino', {
    subjects: [{ issuer: 'headgate', pattern: 'alice' }],
    namesIssuer: 'headgate',
    unsignedSubjects: true,
  })
  await lab.client('alice')
  await lab.grant('alice', 'select', {})
  const { issuer, uri } = lab
  if (issuer === null) throw new Error('the server does not accept tokens of its issuer')
  await addOutsideUser(lab, issuer)
  const s3Url = await findS3Url(lab, place.credential)
  const credential = `etl:${client.secret}`
  const owned = stack.move()
  return {
    keeper,
    folder,
    uri,
    s3Url,
    warehouse: lab.warehouse,
    askedWarehouse: 'asked',
    shortWarehouse: 'short',
    credential,
    poorCredential: `poor:${poor.secret}`,
    adminCredential: place.credential,
    engineCredential: `trino:${engine.secret}`,
    user: 'alice',
    namespace: lab.namespace[0],
    table: `${lab.namespace[0]}.${table}`,
    issuer,
    audience: lab.audience,
    outsideUser,
    machineKeys: () => vendKeys(lab, place.credential),
    target: (more = {}) => ({ uri, warehouse: lab.warehouse, credential, s3Url, ...more }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Creates a warehouse with a table, which clients access through the storage gateway. */
async function addWarehouse(
  lab: Lab,
  folder: string,
  credential: string,
  name: string,
  vending: Readonly<Record<string, unknown>>,
): Promise<void> {
  const root = join(folder, 'server', 'warehouses', name)
  mkdirSync(root, { recursive: true })
  await lab.must('POST', 'warehouses', {
    name,
    storage: { type: 'file', root: `file://${root}`, bucket: name },
    vending: { mode: 'gateway', ...vending },
    retentionSeconds: 0,
  })
  await lab.must('POST', 'grants', { privilege: 'modify', on: { warehouse: name }, to: { principal: 'etl' } })
  await createTable(lab, name, credential, 'sales')
}

async function openAs(lab: Lab, warehouse: string, credential: string): ReturnType<typeof openCatalog> {
  const headers = await authorizationHeaders({
    kind: 'credential',
    credential,
    scope: 'catalog',
    tokenUri: lab.tokenUri,
  })
  return await openCatalog({ uri: lab.uri, warehouse, headers })
}

async function createTable(
  lab: Lab,
  warehouse: string,
  credential: string,
  namespace: string,
): Promise<void> {
  const { send, root } = await openAs(lab, warehouse, credential)
  const made = await send('POST', `${root}namespaces`, { body: { namespace: [namespace] } })
  if (made.status !== 200 && made.status !== 409)
    throw new Error(`creating the namespace ${namespace} failed: ${made.text}`)
  const created = await send('POST', `${root}namespaces/${namespace}/tables`, { body: createBody(table) })
  if (created.status !== 200)
    throw new Error(`creating the table ${namespace}.${table} failed: ${created.text}`)
}

async function findS3Url(lab: Lab, credential: string): Promise<string> {
  return (await loadConfig(lab, credential))('s3.endpoint')
}

async function vendKeys(lab: Lab, credential: string): Promise<Readonly<Record<string, string>>> {
  const property = await loadConfig(lab, credential)
  return {
    AWS_ACCESS_KEY_ID: property('s3.access-key-id'),
    AWS_SECRET_ACCESS_KEY: property('s3.secret-access-key'),
    AWS_SESSION_TOKEN: property('s3.session-token'),
  }
}

/** Loads the table with a credential. Returns a function that reads its storage properties by name. */
async function loadConfig(lab: Lab, credential: string): Promise<(name: string) => string> {
  const { send, root } = await openAs(lab, lab.warehouse, credential)
  const loaded = await send('GET', `${root}namespaces/${lab.namespace[0]}/tables/${table}`)
  return (name) => {
    const value = readMember(loaded.json, 'config', name)
    if (typeof value !== 'string') throw new Error(`the table has no property ${name}`)
    return value
  }
}
