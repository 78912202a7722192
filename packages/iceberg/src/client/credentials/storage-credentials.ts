import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import type { TableIdentifier } from '../../rest/identifier.ts'
import type { Clock } from '../clock.ts'
import { fetchCredentials } from '../load-credentials.ts'
import type { LoadedTable } from '../loaded-table.ts'
import type { CallOptions, Session } from '../session.ts'
import { toAwsCredentials, type AwsCredentials } from './aws-credentials.ts'
import { chooseCredential } from './choose-credential.ts'
import { withoutKeys } from './keys.ts'
import { type CredentialSource, obtainCredential } from './obtain-credential.ts'
import { s3ClientConfig, type S3ClientConfig } from './s3-client-config.ts'
import type { StorageCredential } from './storage-credential.ts'
import { RefreshableCredential, type GetOptions } from './refreshable-credential.ts'
import { listCredentials, credentialSources } from './credential-sources.ts'

export interface StorageCredentialsOptions {
  /** Location to access. It selects one of the credentials of the table. Default: the location of the table. */
  readonly location?: string
  /** Minimum time between two requests for new credentials, in ms. Default: 10,000. */
  readonly minIntervalMs?: number
}

/** Options with which the AWS SDK requests credentials. */
export interface AwsCredentialsRequest extends CallOptions {
  /** Whether new keys are requested although the current ones have not expired. */
  readonly forceRefresh?: boolean
}

/**
 * Credentials for the storage of a table, which are renewed when they are used. The function itself is a provider of
 * `credentials` for the AWS SDK for JavaScript. Sends no requests to the catalog while the credentials are not used.
 */
export interface StorageCredentials extends AsyncDisposable {
  /**
   * Returns the current S3 access keys, and renews them first if necessary.
   *
   * @throws {HeadgateError} unsupported, when the credential contains no S3 keys
   * @throws {StorageCredentialsError} {IcebergRestError} {IcebergConnectionError} when the keys have expired and
   *   the renewal failed
   */
  (request?: AwsCredentialsRequest): Promise<AwsCredentials>
  /**
   * Returns the configuration of an `S3Client` of the AWS SDK for this table: region, endpoint, path style, and credentials
   * that are renewed.
   *
   * @throws {HeadgateError} unsupported, when the storage is not S3
   *
   * @example Type-checked only, because it needs a store.
   * ```ts
   * await using storage = catalog.storageCredentials(table)
   * const s3 = new S3Client(await storage.s3ClientConfig())
   * ```
   */
  s3ClientConfig(options?: GetOptions): Promise<S3ClientConfig>
  /** Returns the configuration of the table with the current keys, with the names of Iceberg: `s3.access-key-id`, `gcs.oauth2.token` … */
  properties(options?: GetOptions): Promise<StringMap>
  /**
   * Returns the headers for requests to storage that accepts bearer tokens (Google Cloud Storage).
   *
   * @throws {HeadgateError} unsupported, for other storage
   */
  headers(options?: GetOptions): Promise<Record<string, string>>
}

/** Creates the renewable storage credentials of a table. */
export function storageCredentials(
  session: Session,
  table: LoadedTable,
  { location = table.metadata.location, ...options }: StorageCredentialsOptions = {},
): StorageCredentials {
  return createCredentials(session.clock, {
    ...options,
    location,
    // Removes the keys that the table was loaded with, so that old keys are never mixed with renewed keys, for example
    // an old session token with a new access key.
    settings: withoutKeys(table.config),
    sources: credentialSources(session, table),
    initial: listCredentials(table),
  })
}

/**
 * Creates the credentials of a scan plan, which are renewed by the id of the plan.
 *
 * @throws {HeadgateError} unsupported, when the plan has no id or no credentials
 */
export function planCredentials(
  session: Session,
  identifier: TableIdentifier,
  { planId, storageCredentials: initial }: PlanAccess,
  { location = initial[0]?.prefix ?? '', ...options }: StorageCredentialsOptions = {},
): StorageCredentials {
  if (planId === null || initial.length === 0)
    throw new HeadgateError(
      'unsupported',
      'The plan of the scan has no storage credentials: use catalog.storageCredentials() with the loaded table',
    )
  const source: CredentialSource = {
    name: 'loadCredentials with planId',
    fetch: (_, signal) => fetchCredentials(session, identifier, { planId, signal, maxRetries: 2 }),
  }
  return createCredentials(session.clock, { ...options, location, settings: {}, sources: [source], initial })
}

/** Id and credentials of a scan plan. Contains secrets. */
export interface PlanAccess {
  readonly planId: string | null
  readonly storageCredentials: readonly StorageCredential[]
}

interface CredentialsSettings extends StorageCredentialsOptions {
  readonly location: string
  /** Properties in addition to those of the current credential. */
  readonly settings: StringMap
  readonly sources: readonly CredentialSource[]
  readonly initial: readonly StorageCredential[]
}

function createCredentials(
  clock: Clock,
  { location, settings, sources, initial, minIntervalMs = 10_000 }: CredentialsSettings,
): StorageCredentials {
  const credential = new RefreshableCredential({
    initial: chooseCredential(initial, location),
    obtain: (current, signal) => obtainCredential(sources, location, current, () => clock.now(), signal),
    clock,
    minIntervalMs,
  })
  const properties = async (options?: GetOptions): Promise<StringMap> => ({
    ...settings,
    ...(await credential.get(options)).credential.config,
  })

  const provide = async ({
    forceRefresh = false,
    signal,
  }: AwsCredentialsRequest = {}): Promise<AwsCredentials> =>
    toAwsCredentials(await credential.get({ force: forceRefresh, signal }), clock)
  return Object.assign(provide, {
    properties,
    s3ClientConfig: async (options?: GetOptions) =>
      s3ClientConfig(await properties(options), location, provide),
    async headers(options?: GetOptions) {
      const token = (await properties(options))['gcs.oauth2.token']
      if (token === undefined)
        throw new HeadgateError(
          'unsupported',
          `The storage credentials for ${location} contain no bearer token: use properties()`,
        )
      return { authorization: `Bearer ${token}` }
    },
    [Symbol.asyncDispose]: () => credential[Symbol.asyncDispose](),
  })
}
