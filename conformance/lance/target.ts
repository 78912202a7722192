import { join } from 'node:path'
import { authorizationHeaders } from '../lib/access-token.ts'
import { type HeadgateServer, startHeadgate } from '../lib/headgate-server.ts'
import { administrator } from '../lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { startReferenceServer } from '../lance-client/reference-server.ts'
import type { AccessFixture } from './check.ts'
import { openWire } from './wire.ts'

/** Server under test: the reference server, a server that the suite has started, or an existing one. */
export interface Target {
  readonly title: string
  readonly uri: string
  /** Request headers that authenticate a caller with all rights. */
  readonly headers: Readonly<Record<string, string>>
  readonly access: AccessFixture | null
  /** Request headers that authenticate a caller that may only read, or null if the suite has no such caller. */
  readonly viewer: Readonly<Record<string, string>> | null
  /** Lets clients commit versions through the server from now on. Null: the suite cannot change this setting. */
  readonly manageVersions: (() => Promise<void>) | null
}

/** Starts the reference server of pylance on a directory, as the server under test. */
export async function referenceTarget(
  keeper: ProcessKeeper,
  python: string,
  folder: string,
): Promise<Target> {
  const properties = { root: join(folder, 'lake') }
  const uri = await startReferenceServer(keeper, 'rest-adapter', { python, folder, properties })
  return {
    title: "pylance's RestAdapter",
    uri,
    headers: {},
    access: null,
    viewer: null,
    manageVersions: null,
  }
}

/**
 * Starts a Headgate server as the server under test, with a caller that may read all tables, and two callers without
 * rights.
 */
export async function ownTarget(keeper: ProcessKeeper, folder: string): Promise<Target> {
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'headgate.log'),
    env: { HEADGATE_AUDIT_READS: 'store' },
  })
  const manage = await openManagement(server)
  const uri = `${server.origin}/lance/lakehouse`
  const principal = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const created = (await manage('POST', 'principals', { name })) as {
      readonly secret: { readonly clientId: string; readonly clientSecret: string }
    }
    return { 'x-api-key': `${created.secret.clientId}:${created.secret.clientSecret}` }
  }
  const [reader, stranger, viewer] = [
    await principal('reader'),
    await principal('stranger'),
    await principal('viewer'),
  ]
  await manage('POST', 'grants', {
    privilege: 'select',
    to: { principal: 'viewer' },
    on: { warehouse: 'lakehouse' },
  })
  return {
    title: 'Headgate',
    uri,
    headers: { 'x-api-key': server.adminCredential },
    viewer,
    manageVersions: async () => {
      await manage('PATCH', 'warehouses/lakehouse', { overrides: { 'lance.managed-versioning': 'true' } })
    },
    access: {
      reader: openWire(uri, reader),
      stranger: openWire(uri, stranger),
      grantRead: async (namespace, relation) => {
        const on = { warehouse: 'lakehouse', namespace: [namespace], relation }
        await manage('POST', 'grants', { privilege: 'select', to: { principal: 'reader' }, on })
      },
      audited: async (object) => {
        const found = (await manage('GET', `audit?object=${encodeURIComponent(`lakehouse:${object}`)}`)) as {
          events: readonly { operation: string; outcome: string }[]
        }
        return found.events.map(({ operation, outcome }) => `${operation} ${outcome}`)
      },
    },
  }
}

export type Manage = (method: string, path: string, body?: unknown) => Promise<unknown>

/** Returns a function that sends requests of an administrator to the management API. */
export async function openManagement(server: HeadgateServer): Promise<Manage> {
  const headers = await authorizationHeaders(administrator(server))
  return async (method, path, body) => {
    const response = await fetch(`${server.origin}/management/v1/${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
}
