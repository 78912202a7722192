import { access, mkdir } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type EmbeddedPostgres, startPostgres } from '@headgate/postgres'
import { HeadgateError } from '@headgate/errors'
import { type Context, openContext } from '../context.ts'
import type { Config } from '../config/config.ts'
import { readMasterKey } from '../config/secrets.ts'
import { errorAnswer } from '../http/error-answer.ts'
import { Listener } from '../http/listener.ts'
import type { Log } from '../log.ts'
import { bootstrapAdministrator } from '../identity/bootstrap.ts'
import { writeCredentialFile } from '../identity/credential-file.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations/index.ts'
import { openSql } from '../store/pool.ts'
import { findWarehouse } from '../store/warehouses.ts'
import { ensureWarehouse } from '../catalog/change-warehouse.ts'
import { openStorageOf } from '../catalog/open-storage.ts'
import { parseMasterKey } from '../keys/master-key.ts'
import { StorageRegistry } from '../storage/registry.ts'
import type { Sql } from '../store/sql.ts'
import { announcement } from './announce.ts'

/** A server that answers. Disposing of it finishes what it has acknowledged, then stops everything it started. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string
  /** For people and programs, see `announce.ts`. */
  readonly announcement: string
  /** Settles when something the server cannot do without went away. */
  readonly failed: Promise<string>
}

/** File in the data directory with the administrator's `client_id:client_secret`. */
export const credentialFileName = 'admin-credential'

/**
 * Starts everything in the order in which it is needed: the database (whose lock also says that this data directory is
 * ours), the schema, the socket, the parts. Until the parts stand, requests get 503.
 */
export async function startServer(config: Config, log: Log): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  for (const warning of config.warnings) log.warn(warning)
  const embedded = config.databaseUrl === null ? await startEmbedded(config, log, stack) : null
  const databaseUrl = config.databaseUrl?.reveal() ?? embedded?.url ?? ''
  await migrate({ url: databaseUrl, migrations })
  const sql = stack.use(
    await openSql({
      ...config.database,
      url: databaseUrl,
      onError: (err) => log.warn({ err }, 'a database connection was lost'),
    }),
  )
  const master = parseMasterKey((await readMasterKey(config.masterKey)).reveal())
  const credentialFile = await administratorFile(config, sql)
  const registry = stack.use(new StorageRegistry())
  const root = `file://${join(config.dataDir, 'warehouse')}`
  if (config.databaseUrl === null) {
    await ensureWarehouse(
      { sql, master },
      { name: config.context.defaultWarehouse, profile: { type: 'file', root } },
    )
  }
  const warehouse = await findWarehouse(sql, config.context.defaultWarehouse)

  let context: Context | undefined
  const listener = await Listener.open(config.listen, (request, response) =>
    context === undefined ? answerStarting(request, response) : context.handle(request, response),
  )
  stack.defer(() => listener.close(config.shutdownTimeoutMs))
  const url =
    config.publicUrl ??
    `${config.listen.tls === null ? 'http' : 'https'}://${hostInUrl(config.listen.host)}:${listener.port}`
  const opened = await openContext({
    ...config.context,
    sql,
    log,
    publicUrl: url,
    master,
    openStorage: (row) => openStorageOf(row, { master, registry }),
  })
  context = opened
  // After the listener: what runs is finished before its parts go.
  const parts = stack.move()
  const text = announcement({
    url,
    warehouse: config.context.defaultWarehouse,
    dataDir: config.databaseUrl === null ? config.dataDir : null,
    credentialFile,
    hasWarehouse: warehouse !== null,
    local: warehouse?.storage['type'] === 'file',
    anonymous: config.context.anonymous,
  })
  return {
    url,
    announcement: text,
    failed:
      embedded === null
        ? new Promise(() => undefined)
        : embedded.exited.then(() => 'the embedded PostgreSQL ended'),
    async [Symbol.asyncDispose]() {
      await listener.close(config.shutdownTimeoutMs)
      await opened[Symbol.asyncDispose]()
      await parts.disposeAsync()
    },
  }
}

async function startEmbedded(
  config: Config,
  log: Log,
  stack: AsyncDisposableStack,
): Promise<EmbeddedPostgres> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  return stack.use(
    await startPostgres({
      dataDir: join(config.dataDir, 'postgres'),
      log: (line) => log.debug({ postgres: true }, line),
    }),
  )
}

/**
 * On the embedded default the first start makes an administrator and leaves the credential in the data directory. When
 * the file is not there, for whatever reason, whoever owns the directory gets a new one.
 */
async function administratorFile(config: Config, sql: Sql): Promise<string | null> {
  if (config.databaseUrl !== null) return null
  const path = join(config.dataDir, credentialFileName)
  const missing = await access(path).then(
    () => false,
    () => true,
  )
  const administrator = await bootstrapAdministrator({ sql, reset: missing })
  if (administrator.created) await writeCredentialFile(path, administrator)
  return config.context.anonymous ? null : path
}

function answerStarting(request: IncomingMessage, response: ServerResponse): void {
  const error = new HeadgateError('unavailable', 'The server is starting: try again in a second.', {
    retryAfterSeconds: 1,
  })
  const { status, headers, body } = errorAnswer(error, request.method ?? 'GET')
  response.writeHead(status, headers).end(body)
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
