import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import type { LoadedTable } from '../loaded-table.ts'
import type { CallOptions, Session } from '../session.ts'
import { awsCredentials, type AwsCredentials } from './aws-credentials.ts'
import { chooseCredential } from './choose.ts'
import { withoutKeys } from './keys.ts'
import { obtainCredential } from './obtain.ts'
import { s3ClientConfig, type S3ClientConfig } from './s3-client-config.ts'
import { Refreshing, type GetOptions } from './refreshing.ts'
import { credentialsOf, credentialSources } from './sources.ts'

export interface StorageCredentialsOptions {
  /** What access is for, where a table has several credentials. Default: the table's location. */
  readonly location?: string
  /** Least time between two requests for new keys, in ms. Default: 10 seconds. */
  readonly minIntervalMs?: number
}

/** As the AWS SDK asks for credentials. */
export interface AwsCredentialsRequest extends CallOptions {
  /** Get other keys, however long those at hand will last. */
  readonly forceRefresh?: boolean
}

/**
 * Access to a table's storage that renews itself. The function itself is what the AWS SDK for JavaScript takes as
 * `credentials`. Nothing is asked of the catalog while nobody asks for keys.
 */
export interface StorageCredentials extends AsyncDisposable {
  /**
   * @throws {HeadgateError} unsupported, when the keys are not for S3
   * @throws {StorageCredentialsError} {IcebergRestError} {IcebergConnectionError} when there are no keys that are good, and none can be had
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
  /** The table's configuration with the keys in it, in Iceberg's own names: `s3.access-key-id`, `gcs.oauth2.token` … */
  properties(options?: GetOptions): Promise<StringMap>
  /**
   * Headers that open the storage, where it takes a bearer token (Google Cloud Storage).
   *
   * @throws {HeadgateError} unsupported, for other storage
   */
  headers(options?: GetOptions): Promise<Record<string, string>>
}

export function storageCredentials(
  session: Session,
  table: LoadedTable,
  { location = table.metadata.location, minIntervalMs = 10_000 }: StorageCredentialsOptions = {},
): StorageCredentials {
  const { clock } = session
  // Keys of different ages must never be mixed.
  const hints = withoutKeys(table.config)
  const sources = credentialSources(session, table)
  const keys = new Refreshing({
    initial: chooseCredential(credentialsOf(table), location),
    obtain: (current, signal) => obtainCredential(sources, location, current, () => clock.now(), signal),
    clock,
    minIntervalMs,
  })
  const properties = async (options?: GetOptions): Promise<StringMap> => ({
    ...hints,
    ...(await keys.get(options)).credential.config,
  })

  const provide = async ({
    forceRefresh = false,
    signal,
  }: AwsCredentialsRequest = {}): Promise<AwsCredentials> =>
    awsCredentials(await keys.get({ force: forceRefresh, signal }), clock)
  return Object.assign(provide, {
    properties,
    s3ClientConfig: async (options?: GetOptions) =>
      s3ClientConfig(await properties(options), location, provide),
    async headers(options?: GetOptions) {
      const token = (await properties(options))['gcs.oauth2.token']
      if (token === undefined)
        throw new HeadgateError(
          'unsupported',
          `The storage of ${location} is not opened by headers: use the properties`,
        )
      return { authorization: `Bearer ${token}` }
    },
    [Symbol.asyncDispose]: () => keys[Symbol.asyncDispose](),
  })
}
