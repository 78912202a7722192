import { readFile } from 'node:fs/promises'
import type { Json } from '@headgate/json'

/** A data set that an older version wrote, with the responses of that version. */
export interface UpgradeFixture {
  /** Git commit of the version that wrote the data set. */
  readonly madeBy: string
  /**
   * Time at which the data set was complete, ISO 8601. Times in `rows` and lifetimes of `tokens` are relative
   * to this time.
   */
  readonly madeAt: string
  /** Rows of each table of the database as PostgreSQL prints them in JSON. */
  readonly rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
  /**
   * Content of each file by its path below the storage directory, in the encoding that `chooseEncoding`
   * returns.
   */
  readonly files: Readonly<Record<string, string>>
  /** Client secrets by client id. They are valid in this data set only. */
  readonly secrets: Readonly<Record<string, string>>
  /** `config` and `metadata` of tables and views, by the path that loads them. */
  readonly loads: Readonly<Record<string, Json>>
  /** Responses to stage-create requests, by table name. */
  readonly staged: Readonly<Record<string, Json>>
  /** Results of `access/check` for every combination that `askedChecks` lists: `a`llow, `d`eny or `h`ide. */
  readonly checks: string
  readonly tokens: {
    /** Access token of alice. */
    readonly access: string
    /** Access token of alice through the engine trino. */
    readonly engine: string
    /** Path and query that refresh alice's storage access to `sales.small`. */
    readonly refresh: string
    /** Path and query that refresh the storage access that the engine obtained for alice. */
    readonly engineRefresh: string
  }
  /**
   * A commit that the older version acknowledged under this idempotency key, and the metadata location in the
   * response.
   */
  readonly idempotent: {
    readonly key: string
    readonly path: string
    readonly body: Json
    readonly location: string
  }
}

export function chooseEncoding(path: string): 'base64' | 'utf8' {
  return path.includes('.gz.') ? 'base64' : 'utf8'
}

/** Placeholder of the storage directory, without a slash at the end. */
export const storagePlaceholder = '{storage}'

/** Master key that seals only the secrets of the data sets. */
export const masterKey = '75706772616465206669787475726520746573742d6f6e6c79206b6579212121'

/** Public URL of both servers. Sealed tokens contain the URL, so it must be the same. */
export const publicUrl = 'http://headgate.test'

/** Returns the URL of the file of a data set. */
export function toFileUrl(version: string): URL {
  return new URL(`data-sets/${version}.json`, import.meta.url)
}

/**
 * Reads the data set of a version.
 *
 * @param storage directory for the storage of the warehouses, which replaces the placeholder in the data set
 */
export async function readFixture(version: string, storage: string): Promise<UpgradeFixture> {
  const text = await readFile(toFileUrl(version), 'utf8')
  return JSON.parse(text.replaceAll(storagePlaceholder, storage)) as UpgradeFixture
}

export interface ServerPlace {
  readonly databaseUrl: string
  /** Directory with the storage of all warehouses. */
  readonly storage: string
  readonly port: number
}

/**
 * Returns the environment of both servers: the older one that writes the data set and the new one that opens
 * it.
 */
export function serverEnvironment({ databaseUrl, storage, port }: ServerPlace): Record<string, string> {
  return {
    HEADGATE_DATABASE_URL: databaseUrl,
    HEADGATE_MASTER_KEY: masterKey,
    HEADGATE_PORT: String(port),
    HEADGATE_S3_PORT: '0',
    HEADGATE_PUBLIC_URL: publicUrl,
    HEADGATE_S3_PUBLIC_URL: 'http://s3.headgate.test',
    HEADGATE_FILE_ROOTS: `file://${storage}`,
    // The metadata of tables with the property `padding` exceeds this limit, so it is stored in files only.
    HEADGATE_METADATA_ROW_LIMIT_BYTES: '1500',
    HEADGATE_AUDIT_READS: 'off',
    HEADGATE_LOG_LEVEL: 'warn',
    HEADGATE_TOKEN_TTL_SECONDS: '3600',
  }
}

export interface AccessCheck {
  readonly principal: string
  readonly engine?: string
  readonly privilege: string
  readonly on: Json
}

export const privileges = ['use', 'select', 'modify', 'create', 'manage'] as const

/**
 * Returns one access check for each combination of principal, privilege and kind of object, directly and
 * through the engine.
 */
export function askedChecks(): AccessCheck[] {
  const objects: Json[] = [
    'server',
    { warehouse: 'lakehouse' },
    { warehouse: 'lakehouse', namespace: ['sales'] },
    { warehouse: 'lakehouse', namespace: ['sales'], relation: 'large' },
    { warehouse: 'lakehouse', namespace: ['sales'], relation: 'recent' },
    { warehouse: 'lakehouse', namespace: ['temp'] },
    { warehouse: 'other' },
  ]
  const callers = [
    { principal: 'alice' },
    { principal: 'alice', engine: 'trino' },
    { principal: 'mallory' },
    { principal: 'mallory', engine: 'trino' },
    ...privileges.flatMap((privilege) => [{ principal: `p-${privilege}` }, { principal: `m-${privilege}` }]),
  ]
  return callers.flatMap((caller) =>
    objects.flatMap((on) => privileges.map((privilege) => ({ ...caller, privilege, on }))),
  )
}
