import { authorizationHeaders, clientCredentials } from '../lib/access-token.ts'
import { type HeadgateServer, tokenUri } from '../lib/headgate-server.ts'
import { administrator } from '../lib/prepare-warehouse.ts'
import { readStorageKeys, toTarget } from '../refresh/storage-keys.ts'
import type { StorageAccess } from './s3-attacks.ts'

export const warehouse = 'lakehouse'

/** Caller of the attack, with its access token and its storage access. */
export interface Caller {
  readonly token: string
  readonly storage: StorageAccess
}

/**
 * Creates a table and two callers. `stranger` has no grant in the catalog; its storage requests are signed with the keys of
 * a reader of the table, because a caller without a grant gets no keys. `writer` has every right.
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
  const stranger = await fetchToken(server, admin, 'stranger')
  const reader = await fetchToken(server, admin, 'reader')
  const writer = await fetchToken(server, admin, 'writer')
  const grant = (privilege: string, principal: string): Promise<unknown> =>
    admin('POST', '/management/v1/grants', { privilege, on: { warehouse }, to: { principal } })
  await grant('use', 'reader')
  await grant('select', 'reader')
  await grant('manage', 'writer')
  return {
    stranger: { token: stranger, storage: await loadStorage(server, reader) },
    writer: { token: writer, storage: await loadStorage(server, writer) },
  }
}

/** Loads the table as a caller, and returns the storage keys in the response. */
async function loadStorage(server: HeadgateServer, token: string): Promise<StorageAccess> {
  const loaded = (await send(server, 'GET', `/v1/${warehouse}/namespaces/a/tables/t`, {
    authorization: `Bearer ${token}`,
    'x-iceberg-access-delegation': 'vended-credentials',
  })) as {
    readonly metadata: { readonly location: string }
    readonly config: Readonly<Record<string, string>>
    readonly 'storage-credentials'?: readonly [{ readonly config: Readonly<Record<string, string>> }]
  }
  const config = { ...loaded.config, ...loaded['storage-credentials']?.[0].config }
  const keys = readStorageKeys({ config })
  if (keys === undefined) throw new Error('The server issued no storage keys for the table.')
  return { ...keys, origin: keys.endpoint, target: toTarget(loaded.metadata.location) }
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
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
  return text === '' ? null : (JSON.parse(text) as unknown)
}

async function fetchToken(server: HeadgateServer, admin: AdminSend, name: string): Promise<string> {
  const made = (await admin('POST', '/management/v1/principals', { name })) as {
    readonly secret: { readonly clientSecret: string }
  }
  const credential = `${name}:${made.secret.clientSecret}`
  return clientCredentials({ credential, scope: 'catalog', tokenUri: tokenUri(server) })
}
