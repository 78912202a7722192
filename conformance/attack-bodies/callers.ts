import { authorizationHeaders, clientCredentials } from '../lib/access-token.ts'
import { type HeadgateServer, tokenUri } from '../lib/headgate-server.ts'
import { administrator } from '../lib/prepare-warehouse.ts'
import { storageKeysOf, targetOf } from '../refresh/storage-keys.ts'
import type { StorageAccess } from './s3-attacks.ts'

export const warehouse = 'lakehouse'

/** Who sends hostile bodies. */
export interface Caller {
  readonly token: string
  readonly hasRights: boolean
  readonly storage: StorageAccess
}

/**
 * Creates a table and two callers: `stranger`, without any grant in the catalog and with keys that only read the table,
 * and `writer`, with every right.
 */
export async function prepareCallers(
  server: HeadgateServer,
): Promise<{ readonly stranger: Caller; readonly writer: Caller }> {
  const admin = await adminSender(server)
  await admin('POST', `/v1/${warehouse}/namespaces`, { namespace: ['a'] })
  await admin('POST', `/v1/${warehouse}/namespaces/a/tables`, {
    name: 't',
    schema: { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] },
  })
  const stranger = await tokenOf(server, admin, 'stranger')
  const reader = await tokenOf(server, admin, 'reader')
  const writer = await tokenOf(server, admin, 'writer')
  const grant = (privilege: string, principal: string): Promise<unknown> =>
    admin('POST', '/management/v1/grants', { privilege, on: { warehouse }, to: { principal } })
  await grant('use', 'reader')
  await grant('select', 'reader')
  await grant('manage', 'writer')
  return {
    stranger: { token: stranger, hasRights: false, storage: await storageOf(server, reader) },
    writer: { token: writer, hasRights: true, storage: await storageOf(server, writer) },
  }
}

/** Loads the table with storage credentials. */
async function storageOf(server: HeadgateServer, token: string): Promise<StorageAccess> {
  const loaded = (await send(server, 'GET', `/v1/${warehouse}/namespaces/a/tables/t`, {
    authorization: `Bearer ${token}`,
    'x-iceberg-access-delegation': 'vended-credentials',
  })) as {
    readonly metadata: { readonly location: string }
    readonly config: Readonly<Record<string, string>>
    readonly 'storage-credentials'?: readonly [{ readonly config: Readonly<Record<string, string>> }]
  }
  const config = { ...loaded.config, ...loaded['storage-credentials']?.[0].config }
  const keys = storageKeysOf({ config })
  if (keys === undefined) throw new Error('The server vended no storage keys.')
  return { ...keys, origin: keys.endpoint, target: targetOf(loaded.metadata.location) }
}

type AdminSend = (method: string, path: string, body: unknown) => Promise<unknown>

async function adminSender(server: HeadgateServer): Promise<AdminSend> {
  const headers = await authorizationHeaders(administrator(server))
  return (method, path, body) =>
    send(server, method, path, { 'content-type': 'application/json', ...headers }, body)
}

async function send(
  { origin }: HeadgateServer,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? null : (JSON.parse(text) as unknown)
}

async function tokenOf(server: HeadgateServer, admin: AdminSend, name: string): Promise<string> {
  const made = (await admin('POST', '/management/v1/principals', { name })) as {
    readonly secret: { readonly clientSecret: string }
  }
  const credential = `${name}:${made.secret.clientSecret}`
  return clientCredentials({ credential, scope: 'catalog', tokenUri: tokenUri(server) })
}
