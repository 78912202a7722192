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

/** What a server stands on, however many processes it is. Disposing of it stops the database, if it is ours. */
export interface Prepared extends AsyncDisposable {
  readonly databaseUrl: Secret
  /** Holds the credential of the administrator; null: we made none, or none is needed. */
  readonly credentialFile: string | null
  /** There is no principal of ours yet, nor an issuer that could bring one. */
  readonly nobody: boolean
  /** The default one. */
  readonly warehouse: WarehouseRow | null
  /** Settles when something the server cannot do without went away. */
  readonly failed: Promise<string>
}

/** File in the data directory with the administrator's `client_id:client_secret`. */
export const credentialFileName = 'admin-credential'

/**
 * What is done once, in the order in which it is needed: the database (whose lock also says that this data directory is
 * ours), the schema, the master key, the administrator, the default warehouse.
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
      `Warehouse ${found.warehouse.name} hands out storage access through the storage gateway, which is switched off: set HEADGATE_S3_PUBLIC_URL to the URL by which clients reach it.`,
    )
  }
  const owned = stack.move()
  return {
    databaseUrl,
    ...found,
    failed:
      embedded === null
        ? new Promise(() => undefined)
        : embedded.exited.then(() => 'the embedded PostgreSQL ended'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function startEmbedded({ dataDir, workers }: Config, log: Log): Promise<EmbeddedPostgres> {
  await makeDirectory(dataDir)
  return startPostgres({
    dataDir: join(dataDir, 'postgres'),
    // Each worker has a connection for notifications, beside those that they share.
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
        `The data directory ${path} cannot be made: ${reason}. Choose another one with --data-dir or HEADGATE_DATA_DIR.`,
      ],
      { cause },
    )
  }
}

/** For one worker. */
const embeddedConnections = 50

/** What the first start leaves in the store, and what later ones find there. */
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
      'the storage profile of a warehouse cannot be read: its places are compared with no others',
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
            // Clients reach the directory through the storage gateway, so they need no key and no disk of ours.
            profile: { type: 'file', root, bucket: bucketNamed(name) },
            settings: { vending: { mode: 'gateway', whenNotAsked: true } },
          },
    )
    await made.catch((cause: unknown) => {
      if (!isHeadgateError(cause) || cause.code !== 'already-exists') throw cause
      throw new ConfigError(
        [
          `HEADGATE_DEFAULT_WAREHOUSE is ${name}, which is not there and cannot be made in ${root}: ${cause.message} ` +
            `Set it to the name of that warehouse, or make ${name} elsewhere before (\`headgate warehouse create\`).`,
        ],
        { cause },
      )
    })
  }
  const nobody = config.context.issuers.length === 0 && !(await hasPrincipalsOf(sql, ownIssuer))
  return { credentialFile, nobody, warehouse: await findWarehouse(sql, name) }
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
