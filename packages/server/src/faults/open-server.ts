import { pino } from 'pino'
import { readConfig } from '../config/config.ts'
import { readMasterKey } from '../config/secrets.ts'
import { type Context, openContext } from '../context.ts'
import type { ContextOptions } from '../context-options.ts'
import type { OpenedStorage } from '../catalog/warehouses.ts'
import { Listener } from '../http/listener.ts'
import { parseMasterKey } from '../keys/master-key.ts'
import { EndpointGuard } from '../storage/endpoint-guard.ts'
import { FileStorage } from '../storage/file.ts'
import type { Storage } from '../storage/storage.ts'
import { openSql } from '../store/pool.ts'
import type { Sql } from '../store/sql.ts'
import type { WarehouseRow } from '../store/warehouses.ts'

export interface ServerParts {
  /** As for the program: `HEADGATE_…`. */
  readonly environment: Readonly<Record<string, string>>
  wrapSql?(sql: Sql): Sql
  wrapStorage?(storage: Storage): Storage
  /** In place of the directory that the warehouse names. */
  readonly openStorage?: ContextOptions['openStorage']
  wrapHandler?(handle: Context['handle']): Context['handle']
}

/** A server on a store and warehouse that are there, in this process, with something between it and its ports. */
export async function openServer(parts: ServerParts): Promise<AsyncDisposable & { readonly url: string }> {
  await using stack = new AsyncDisposableStack()
  const config = readConfig({ ...parts.environment }, [])
  const url = config.databaseUrl?.reveal() ?? ''
  const opened = stack.use(await openSql({ ...config.database, url, connectionTimeoutMs: 2_000 }))
  const sql = parts.wrapSql?.(opened) ?? opened
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
    openStorage: parts.openStorage ?? ((row) => openDirectory(row, parts)),
  })
  stack.use(context)
  const own = (...[request, response]: Parameters<Context['handle']>): void =>
    context.handle(request, response)
  handle = parts.wrapHandler?.(own) ?? own
  const lifetime = stack.move()
  return { url: `http://127.0.0.1:${listener.port}`, [Symbol.asyncDispose]: () => lifetime.disposeAsync() }
}

function openDirectory(
  { storage: profile }: WarehouseRow,
  { wrapStorage }: ServerParts,
): Promise<OpenedStorage> {
  const root = String(profile['root'])
  const files = new FileStorage({ roots: [root] })
  return Promise.resolve({ storage: wrapStorage?.(files) ?? files, root, hints: {}, store: null })
}
