import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { authorizationHeaders } from '../lib/access-token.ts'
import { catalogUri, type HeadgateServer, startHeadgate, tokenUri } from '../lib/headgate-server.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { type Send, sender } from './catalog-client.ts'
import { inShort } from './credential.ts'

type Headers = Readonly<Record<string, string>>

/** Headgate server that the suite has started, with functions that change its configuration. */
export interface OwnServer {
  readonly uri: string
  readonly server: HeadgateServer
  readonly admin: Headers
  /** Sends requests to `/management/v1/…` as the administrator. */
  readonly manage: Send
  /**
   * Creates a principal, and grants it the given privileges, keyed by warehouse. Returns the headers that authenticate
   * its requests.
   */
  principal(name: string, on?: Readonly<Record<string, readonly string[]>>): Promise<Headers>
  grant(principal: string, privilege: string, warehouse: string): Promise<void>
  revoke(principal: string, privilege: string, warehouse: string): Promise<void>
  /**
   * Creates a warehouse in a new folder, which clients access as a bucket of the same name through the storage gateway.
   */
  gatewayWarehouse(
    name: string,
    options?: { readonly lifetimeSeconds?: number; readonly retentionSeconds?: number },
  ): Promise<string>
  /**
   * Creates a warehouse in a new folder, which clients access by its file path. The server issues no storage
   * credentials for it.
   */
  directoryWarehouse(name: string): Promise<string>
}

/**
 * Starts a server that requires tokens, and that allows short lifetimes of storage credentials.
 *
 * @param folder folder of its data and log
 */
export async function startOwnServer(
  keeper: ProcessKeeper,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<OwnServer> {
  const places = join(folder, 'warehouses')
  mkdirSync(places, { recursive: true })
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'headgate.log'),
    env: { HEADGATE_FILE_ROOTS: `file://${places}`, HEADGATE_S3_PORT: '0', ...env },
  })
  const uri = catalogUri(server)
  const login = (credential: string): Promise<Headers> =>
    authorizationHeaders({ kind: 'credential', credential, scope: 'catalog', tokenUri: tokenUri(server) })
  const admin = await login(server.adminCredential)
  const manage = sender(`${uri}/management/v1`, admin)
  const change = async (path: string, principal: string, privilege: string, name: string): Promise<void> => {
    const body = { privilege, on: { warehouse: name }, to: { principal } }
    await succeeded(manage('POST', path, { body }), path)
  }
  const warehouseIn = async (name: string, storage: object, settings: object): Promise<string> => {
    const root = join(places, name)
    mkdirSync(root, { recursive: true })
    const body = { name, storage: { type: 'file', root: `file://${root}`, ...storage }, ...settings }
    await succeeded(manage('POST', 'warehouses', { body }), `warehouse ${name}`)
    return root
  }
  return {
    uri,
    server,
    admin,
    manage,
    grant: (principal, privilege, warehouse) => change('grants', principal, privilege, warehouse),
    revoke: (principal, privilege, warehouse) => change('grants/revoke', principal, privilege, warehouse),
    async principal(name, on = {}) {
      const made = (await succeeded(manage('POST', 'principals', { body: { name } }), 'principal')) as {
        secret: { clientId: string; clientSecret: string }
      }
      for (const [warehouse, privileges] of Object.entries(on))
        for (const privilege of privileges) await change('grants', name, privilege, warehouse)
      return login(`${made.secret.clientId}:${made.secret.clientSecret}`)
    },
    gatewayWarehouse(name, { lifetimeSeconds, retentionSeconds = 0 } = {}) {
      const vending = { mode: 'gateway', ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }) }
      return warehouseIn(name, { bucket: name }, { vending, retentionSeconds })
    },
    directoryWarehouse: (name) => warehouseIn(name, {}, { retentionSeconds: 0 }),
  }
}

async function succeeded(request: ReturnType<Send>, what: string): Promise<unknown> {
  const response = await request
  if (response.status >= 300) throw new Error(`${what}: ${inShort(response)}`)
  return response.json
}
