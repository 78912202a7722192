import { pino } from 'pino'
import { readConfig } from '../../src/config/config.ts'
import { readMasterKey } from '../../src/config/secrets.ts'
import { type Context, openContext } from '../../src/context.ts'
import type { ContextOptions } from '../../src/context-options.ts'
import type { OpenedStorage } from '../../src/catalog/warehouses.ts'
import { Listener } from '../../src/http/listener.ts'
import { parseMasterKey } from '../../src/keys/master-key.ts'
import { EndpointGuard, FileStorage, type Storage } from '@headgate/storage'
import { openSql } from '../../src/store/pool.ts'
import type { Sql } from '../../src/store/sql.ts'
import type { WarehouseRow } from '../../src/store/warehouses.ts'

export interface ServerDeps {
  /** Environment variables of the server: `HEADGATE_…`. */
  readonly environment: Readonly<Record<string, string>>
  wrapSql?(sql: Sql): Sql
  wrapStorage?(storage: Storage): Storage
  /** Replaces the storage of the warehouse. */
  readonly openStorage?: ContextOptions['openStorage']
  wrapHandler?(handle: Context['handle']): Context['handle']
}

/**
 * Starts a server in this process on an existing database and warehouse. The functions of `deps` can replace its
 * database client, its storage and its request handler.
 */
export async function openServer(deps: ServerDeps): Promise<AsyncDisposable & { readonly url: string }> {
  await using stack = new AsyncDisposableStack()
  const config = readConfig({ ...deps.environment }, [])
  const url = config.databaseUrl?.reveal() ?? ''
  const opened = stack.use(await openSql({ ...config.database, url, connectionTimeoutMs: 2_000 }))
  const sql = deps.wrapSql?.(opened) ?? opened
  let handle: Context['handle'] | undefined
  const listener = stack.use(
    await Listener.open(config.listen, (request, response) => handle?.(request, response)),
  )
  const context = await openContext({
    ...config.context,
    sql,
    log: pino({ level: 'silent' }),
    publicUrl: 'http://headgate.test',
    gatewayUrl: null,
    master: parseMasterKey(
      (await readMasterKey(config.masterKey)).reveal(),
      config.masterKeyPrevious?.reveal() ?? null,
    ),
    endpoints: new EndpointGuard(config.endpoints),
    openStorage: deps.openStorage ?? ((row) => openDirectory(row, deps)),
  })
  stack.use(context)
  const own = (...[request, response]: Parameters<Context['handle']>): void =>
    context.handle(request, response)
  handle = deps.wrapHandler?.(own) ?? own
  const lifetime = stack.move()
  return { url: `http://127.0.0.1:${listener.port}`, [Symbol.asyncDispose]: () => lifetime.disposeAsync() }
}

function openDirectory(
  { storage: profile }: WarehouseRow,
  { wrapStorage }: ServerDeps,
): Promise<OpenedStorage> {
  const root = String(profile['root'])
  const files = new FileStorage({ roots: [root] })
  return Promise.resolve({ storage: wrapStorage?.(files) ?? files, root, hints: {}, store: null })
}
