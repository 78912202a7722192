import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { tokenUri } from '../lib/headgate-server.ts'
import {
  asCaller,
  type Catalog,
  mapAt,
  openCatalog,
  readMember,
  type Send,
  sender,
} from '../refresh/catalog-client.ts'
import { inShort } from '../refresh/credential.ts'
import { type OwnServer, startOwnServer } from '../refresh/own-server.ts'
import { createBody } from '../refresh/table-requests.ts'
import { type InstrumentedUpstream, startInstrumented } from './instrumented-upstream.ts'

/**
 * Modes of storage access in an upstream warehouse. `own`: the server issues credentials itself. `relay`: clients use
 * the storage gateway of the server, which uses credentials of the upstream. `pass`: clients receive the credentials
 * of the upstream.
 */
export const modes = ['own', 'relay', 'pass'] as const
export type Mode = (typeof modes)[number]

/**
 * Callers of the attacked server. The reader may read the table `shared`, the writer may also change it, and the owner
 * of the namespace `mine` has all rights there. The builder may create warehouses. The stranger has no rights.
 */
export const callers = ['reader', 'writer', 'owner', 'builder', 'stranger'] as const
export type Who = (typeof callers)[number]

/** Warehouse of the attacked server that forwards requests to a warehouse with the same name on the upstream server. */
export interface Lake {
  readonly name: string
  readonly as: Readonly<Record<Who | 'admin', Catalog>>
  /** Catalog client of the upstream server, with all rights. */
  readonly behind: Catalog
}

/**
 * Attacked server, and the upstream server to which it forwards requests. A proxy between them records all requests.
 */
export interface Fixture {
  readonly uri: string
  readonly front: OwnServer
  readonly lakes: Readonly<Record<Mode, Lake>>
  readonly recorder: InstrumentedUpstream
  /** Server that the attacked server must never connect to. */
  readonly trap: InstrumentedUpstream
  /** Sends requests to `/management/v1/…` as the caller `builder`. */
  readonly build: Send
  readonly headers: Readonly<Record<Who, Readonly<Record<string, string>>>>
  /** Texts that no response to an attacker may contain. */
  readonly secrets: readonly string[]
  /** Returns the log output of the attacked server. */
  log(): string
  count(): number
}

/** Text in the names of objects that callers without rights must not see. */
export const hidden = 'hidden_5d8d3d7'
export const serviceSecretName = 'service'

/** Starts the attacked server and the upstream server, and creates the warehouses, callers and tables. */
export async function openFixture(keeper: ProcessKeeper, folder: string): Promise<Fixture & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const behind = await startOwnServer(keeper, join(folder, 'behind'))
  const recorder = stack.use(await startInstrumented(behind.uri))
  const trap = stack.use(await startInstrumented('http://127.0.0.1:9'))
  const places = join(folder, 'behind', 'warehouses')
  const own = join(folder, 'front', 'warehouses')
  const front = await startOwnServer(keeper, join(folder, 'front'), {
    HEADGATE_FILE_ROOTS: `file://${places},file://${own}`,
    HEADGATE_TOKEN_TTL_SECONDS: '86400',
  })
  const credential = behind.server.adminCredential
  const headers = {} as Record<Who, Readonly<Record<string, string>>>
  for (const who of callers) headers[who] = await front.principal(who)
  const lakes = {} as Record<Mode, Lake>
  for (const mode of modes) {
    const name = `lake-${mode}`
    await behind.gatewayWarehouse(name)
    const settings =
      mode === 'own'
        ? {
            storage: { type: 'file', root: `file://${join(places, name)}`, bucket: name },
            vending: { mode: 'gateway' },
          }
        : { allowedLocations: [`s3://${name}/`] }
    const upstream = {
      uri: recorder.url,
      warehouse: name,
      credentials: mode,
      auth: {
        'rest.auth.type': 'oauth2',
        'rest.auth.oauth2.token-endpoint': tokenUri(behind.server),
        'rest.auth.oauth2.scope': 'catalog',
      },
      secrets: { 'rest.auth.oauth2.credential': credential },
      limits: { timeoutMs: 1_500, responseBytes: 1_048_576 },
    }
    await must(
      front.manage('POST', 'warehouses', { body: { name, retentionSeconds: 0, ...settings, upstream } }),
    )
    lakes[mode] = await openLake(front, behind, headers, name)
  }
  await must(
    front.manage('POST', 'grants', {
      body: { privilege: 'create', on: 'server', to: { principal: 'builder' } },
    }),
  )
  let cases = 0
  const lifetime = stack.move()
  return {
    uri: front.uri,
    front,
    lakes,
    recorder,
    trap,
    headers,
    build: sender(`${front.uri}/management/v1`, headers.builder),
    secrets: [
      credential,
      credential.slice(credential.indexOf(':') + 1),
      recorder.host,
      new URL(behind.uri).host,
      new URL(behind.server.s3Url).host,
      hidden,
    ],
    log: () => readFileSync(join(folder, 'front', 'headgate.log'), 'utf8'),
    count: () => (cases += 1),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}

async function openLake(
  front: OwnServer,
  behind: OwnServer,
  headers: Fixture['headers'],
  name: string,
): Promise<Lake> {
  const admin = await openCatalog({ uri: front.uri, warehouse: name, headers: front.admin })
  const { root, send } = admin
  for (const namespace of ['open', 'mine', hidden]) {
    await must(send('POST', `${root}namespaces`, { body: { namespace: [namespace] } }))
    for (const table of namespace === 'open' ? ['shared', 'other', hidden] : ['t'])
      await must(send('POST', `${root}namespaces/${namespace}/tables`, { body: createBody(table) }))
  }
  const grant = (principal: string, privilege: string, on: object): Promise<unknown> =>
    must(
      front.manage('POST', 'grants', {
        body: { privilege, on: { warehouse: name, ...on }, to: { principal } },
      }),
    )
  const shared = { namespace: ['open'], relation: 'shared' }
  await grant('reader', 'select', shared)
  for (const privilege of ['select', 'modify']) await grant('writer', privilege, shared)
  for (const privilege of ['select', 'modify', 'create', 'manage'])
    await grant('owner', privilege, { namespace: ['mine'] })
  const as = { admin } as Record<Who | 'admin', Catalog>
  for (const who of callers) as[who] = asCaller(admin, headers[who])
  return {
    name,
    as,
    behind: await openCatalog({ uri: behind.uri, warehouse: name, headers: behind.admin }),
  }
}

export async function must(request: ReturnType<Send>): Promise<unknown> {
  const response = await request
  if (response.status >= 300)
    throw new Error(`a request that prepares the attacks failed: ${inShort(response)}`)
  return response.json
}

/** Returns the properties in the response to a load of a table, merged with those of its first storage credential. */
export function configIn(json: unknown): Readonly<Record<string, string>> {
  const list = readMember(json, 'storage-credentials')
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  return { ...mapAt(json, 'config'), ...(first === undefined ? {} : mapAt(first, 'config')) }
}
