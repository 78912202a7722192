import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isHeadgateError } from '@headgate/errors'
import { type EmbeddedPostgres, startPostgres } from '@headgate/postgres'
import { ensureWarehouse } from '../catalog/change-warehouse.ts'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { Secret } from '../config/secret.ts'
import { bootstrapAdministrator } from '../identity/bootstrap.ts'
import { writeCredentialFile } from '../identity/credential-file.ts'
import type { Log } from '../log.ts'
import { resolveClaims } from '../catalog/resolve-claims.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations/index.ts'
import { openSql } from '../store/pool.ts'
import { hasPrincipalsOf, ownIssuer } from '../store/principals.ts'
import type { Sql } from '../store/sql.ts'
import { findWarehouse, type WarehouseRow } from '../store/warehouses.ts'
import { bucketNamed } from './bucket-name.ts'
import { checkTls } from './check-tls.ts'
import { provenMasterKeyOf } from './master-key.ts'
import { warnOfClock } from './warn-of-clock.ts'

/** Prepared database of a server, for any number of processes. Disposal stops the embedded database. */
export interface Prepared extends AsyncDisposable {
  readonly databaseUrl: Secret
  /** File with the credential of the administrator. Null: this server created none, or is anonymous. */
  readonly credentialFile: string | null
  /** True when the database has no principal yet, and no issuer is configured that could provide one. */
  readonly nobody: boolean
  /** Default warehouse. */
  readonly warehouse: WarehouseRow | null
  /** Settles when a part has failed that the server needs. */
  readonly failed: Promise<string>
}

/** File in the data directory with the administrator's `client_id:client_secret`. */
export const credentialFileName = 'admin-credential'

/**
 * Prepares, in this order: the database (whose lock also protects the data directory), the schema, the master key, the
 * administrator, the default warehouse.
 */
export async function prepareServer(config: Config, log: Log): Promise<Prepared> {
  await using stack = new AsyncDisposableStack()
  const { tls } = config.listen
  for (const warning of [...config.warnings, ...(tls === null ? [] : checkTls(tls))]) log.warn(warning)
  const embedded = config.databaseUrl === null ? stack.use(await startEmbedded(config, log)) : null
  const databaseUrl = config.databaseUrl ?? new Secret(embedded?.url ?? '')
  await migrate({ url: databaseUrl.reveal(), migrations })
  const found = await firstThings(config, databaseUrl, log)
  if (config.gateway === null && found.warehouse?.vending['mode'] === 'gateway') {
    log.warn(
      `Warehouse ${found.warehouse.name} vends storage access through the storage gateway, which is off. Set HEADGATE_S3_PUBLIC_URL to its URL for clients.`,
    )
  }
  const owned = stack.move()
  return {
    databaseUrl,
    ...found,
    failed:
      embedded === null
        ? new Promise(() => undefined)
        : embedded.exited.then(() => 'the embedded PostgreSQL has stopped'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function startEmbedded({ dataDir, workers }: Config, log: Log): Promise<EmbeddedPostgres> {
  await makeDirectory(dataDir)
  return startPostgres({
    dataDir: join(dataDir, 'postgres'),
    // Each worker has a connection for notifications, in addition to those of the pool.
    settings: { max_connections: String(embeddedConnections + workers - 1) },
    log: (line) => log.debug({ postgres: true }, line),
  })
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(
      [
        `The data directory ${path} cannot be created: ${reason}. Choose another one with --data-dir or HEADGATE_DATA_DIR.`,
      ],
      { cause },
    )
  }
}

/** Number of connections of one worker. */
const embeddedConnections = 50

/** Creates rows at the first start, and finds them at later starts. */
async function firstThings(
  config: Config,
  databaseUrl: Secret,
  log: Log,
): Promise<Pick<Prepared, 'credentialFile' | 'nobody' | 'warehouse'>> {
  await using sql = await openSql({ ...config.database, url: databaseUrl.reveal() })
  await warnOfClock(sql, log)
  for (const warehouse of await resolveClaims(sql))
    log.warn(
      { warehouse },
      'the storage profile of a warehouse cannot be read: its locations are not compared with others',
    )
  const master = await provenMasterKeyOf(config, sql)
  const { defaultWarehouse: name } = config.context
  const credentialFile = await administratorFile(config, sql)
  if (config.databaseUrl === null) {
    const root = `file://${join(config.dataDir, 'warehouse')}`
    const made = ensureWarehouse(
      { sql, master },
      config.gateway === null
        ? { name, profile: { type: 'file', root } }
        : {
            name,
            // Clients reach the directory through the storage gateway, so they need neither a key nor the server's disk.
            profile: { type: 'file', root, bucket: bucketNamed(name) },
            settings: { vending: { mode: 'gateway', whenNotAsked: true } },
          },
    )
    await made.catch((cause: unknown) => {
      if (!isHeadgateError(cause) || cause.code !== 'already-exists') throw cause
      throw new ConfigError(
        [
          `HEADGATE_DEFAULT_WAREHOUSE is ${name}, which does not exist and cannot be created in ${root}: ${cause.message} ` +
            `Set it to the name of an existing warehouse, or create ${name} in another location first (\`headgate warehouse create\`).`,
        ],
        { cause },
      )
    })
  }
  const nobody = config.context.issuers.length === 0 && !(await hasPrincipalsOf(sql, ownIssuer))
  return { credentialFile, nobody, warehouse: await findWarehouse(sql, name) }
}

/**
 * Creates the administrator at the first start with the embedded database, and writes the credential into the data directory.
 * If the file is missing later, creates a new credential: the owner of the directory is the administrator.
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
