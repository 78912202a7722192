import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
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
import { hasPrincipals, ownIssuer } from '../store/principals.ts'
import type { Sql } from '../store/sql.ts'
import { findWarehouse, type WarehouseRow } from '../store/warehouses.ts'
import { bucketNamed } from './bucket-name.ts'
import { checkTls } from './check-tls.ts'
import { loadProvenMasterKey } from './master-key.ts'
import { warnOfClock } from './warn-of-clock.ts'

/** Database that is ready for all processes of a server. Disposal stops the embedded database. */
export interface Prepared extends AsyncDisposable {
  readonly databaseUrl: Secret
  /**
   * File with the credential of the administrator. Null when this server did not create the credential, or when the
   * server is anonymous.
   */
  readonly credentialFile: string | null
  /**
   * True when the database contains no principal and no external issuer is configured, so that no client can
   * authenticate.
   */
  readonly hasNoPrincipals: boolean
  /** Row of the default warehouse, or null when the warehouse does not exist. */
  readonly warehouse: WarehouseRow | null
  /**
   * Resolves with the reason when the embedded database has stopped, so that the server must stop. Otherwise never
   * settles.
   */
  readonly failed: Promise<string>
}

/** File in the data directory with the administrator's `client_id:client_secret`. */
export const credentialFileName = 'admin-credential'

/**
 * Starts the database (whose lock also protects the data directory), updates the schema, reads the master key, and
 * creates the administrator and the default warehouse, in this order.
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
    // Each worker has one connection for notifications in addition to the connections of its pool.
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

/** Number of database connections for one worker. */
const embeddedConnections = 50

/** Creates the administrator and the default warehouse at the first start, and reads them at later starts. */
async function firstThings(
  config: Config,
  databaseUrl: Secret,
  log: Log,
): Promise<Pick<Prepared, 'credentialFile' | 'hasNoPrincipals' | 'warehouse'>> {
  await using sql = await openSql({ ...config.database, url: databaseUrl.reveal() })
  await warnOfClock(sql, log)
  for (const warehouse of await resolveClaims(sql))
    log.warn(
      { warehouse },
      'the storage profile of a warehouse cannot be read: the server does not compare its locations with those of other warehouses',
    )
  const master = await loadProvenMasterKey(config, sql)
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
            // The storage gateway provides access to the directory for clients, so clients need no storage key and no
            // access to the disk of the server.
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
  const hasNoPrincipals = config.context.issuers.length === 0 && !(await hasPrincipals(sql, ownIssuer))
  return { credentialFile, hasNoPrincipals, warehouse: await findWarehouse(sql, name) }
}

/**
 * Creates the administrator at the first start with the embedded database, and writes the credential into the data
 * directory. If the file is missing at a later start, creates a new credential, because the owner of the data
 * directory is the administrator.
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
