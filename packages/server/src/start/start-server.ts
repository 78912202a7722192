import { access, mkdir } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type EmbeddedPostgres, startPostgres } from '@headgate/postgres'
import { HeadgateError } from '@headgate/errors'
import { type Context, openContext } from '../context.ts'
import type { Config } from '../config/config.ts'
import { readMasterKey } from '../config/secrets.ts'
import { errorAnswer } from '../http/error-answer.ts'
import { Listener, type ListenerOptions } from '../http/listener.ts'
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
  const master = parseMasterKey(
    (await readMasterKey(config.masterKey)).reveal(),
    config.masterKeyPrevious?.reveal() ?? null,
  )
  const credentialFile = await administratorFile(config, sql)
  const registry = stack.use(new StorageRegistry())
  const root = `file://${join(config.dataDir, 'warehouse')}`
  if (config.databaseUrl === null) {
    await ensureWarehouse(
      { sql, master },
      {
        name: config.context.defaultWarehouse,
        ...(config.gateway === null
          ? { profile: { type: 'file', root } }
          : {
              // Clients reach the directory through the storage gateway, so they need no key and no disk of ours.
              profile: { type: 'file', root, bucket: bucketNamed(config.context.defaultWarehouse) },
              settings: { vending: { mode: 'gateway', whenNotAsked: true } },
            }),
      },
    )
  }
  const warehouse = await findWarehouse(sql, config.context.defaultWarehouse)
  if (config.gateway === null && warehouse?.vending['mode'] === 'gateway') {
    log.warn(
      `Warehouse ${warehouse.name} hands out storage access through the storage gateway, which is switched off: set HEADGATE_S3_PUBLIC_URL to the URL by which clients reach it.`,
    )
  }

  let context: Context | undefined
  const listener = await Listener.open(config.listen, (request, response) =>
    context === undefined ? answerStarting(request, response) : context.handle(request, response),
  )
  stack.defer(() => listener.close(config.shutdownTimeoutMs))
  const url = config.publicUrl ?? urlOf(config.listen, listener)
  const gateway = await openGateway(config, () => context)
  if (gateway !== null) stack.defer(() => gateway.listener.close(config.shutdownTimeoutMs))
  const opened = await openContext({
    ...config.context,
    sql,
    log,
    publicUrl: url,
    gatewayUrl: gateway?.url ?? null,
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
    local: warehouse?.storage['type'] === 'file' && warehouse.storage['bucket'] === undefined,
    gateway:
      gateway !== null && warehouse?.vending['mode'] === 'gateway'
        ? { url: gateway.url, region: config.context.storageAccess.region }
        : null,
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
      await Promise.all([
        listener.close(config.shutdownTimeoutMs),
        gateway?.listener.close(config.shutdownTimeoutMs),
      ])
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

/** The socket of the storage gateway; null when clients could not reach it. */
async function openGateway(
  { gateway }: Config,
  context: () => Context | undefined,
): Promise<{ readonly listener: Listener; readonly url: string } | null> {
  if (gateway === null) return null
  const listener = await Listener.open(gateway.listen, (request, response) => {
    const opened = context()
    // S3 clients send it again on this status, whatever the body says.
    if (opened === undefined) response.writeHead(503, { 'retry-after': '1' }).end()
    else opened.handleS3(request, response)
  })
  return { listener, url: gateway.publicUrl ?? urlOf(gateway.listen, listener) }
}

/** A bucket name after the warehouse's, which may have characters that buckets may not. */
function bucketNamed(warehouse: string): string {
  const name = warehouse
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
  return name.length < 3 ? `warehouse-${name}` : name
}

function urlOf({ tls, host }: ListenerOptions, { port }: Listener): string {
  return `${tls === null ? 'http' : 'https'}://${hostInUrl(host)}:${port}`
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
