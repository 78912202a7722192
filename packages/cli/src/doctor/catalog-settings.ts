import type { Properties } from '@headgate/auth'
import type { AccessDelegation } from '@headgate/iceberg/client'
import type { EngineName } from './engines/engine-traits.ts'
import type { SettingNames } from './engines/setting-names.ts'
import type { Diagnosis } from './finding.ts'

/** Storage settings that an engine has in its own configuration. */
export interface OwnStorage {
  readonly endpoint: string | undefined
  readonly region: string | undefined
  readonly pathStyle: boolean | undefined
  /** Keys of the store, which contain secrets. */
  readonly keys: StorageKeys | undefined
  /** Whether the configuration lets the engine use the AWS keys of the machine. */
  readonly usesMachineKeys?: boolean
}

export interface StorageKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Connection of one engine to one catalog, as the configuration of the engine describes it. Contains secrets. */
export interface CatalogSettings {
  readonly engine: EngineName
  /** Version of the engine, if the user named it. */
  readonly engineVersion: string | undefined
  /** Source of the settings, for messages: the name of a file, `flags` or `server`. */
  readonly source: string
  /** Base URL of the catalog without a trailing slash. */
  readonly uri: string
  readonly warehouse: string | undefined
  /** Properties of an auth provider that authenticates requests in the same way as the engine. */
  readonly auth: Properties
  /**
   * Token endpoint in the configuration. It is undefined if the engine uses `v1/oauth/tokens` of the catalog, or needs
   * no token.
   */
  readonly tokenEndpoint: string | undefined
  /** Headers of every request, except the header that requests storage access. */
  readonly headers: Readonly<Record<string, string>>
  /** Kinds of storage access that the engine requests. Empty if the engine does not send the header. */
  readonly delegation: readonly AccessDelegation[]
  /** Whether the engine acts for each of its users (`session=USER`). */
  readonly userSession: boolean
  /** Whether the engine renews tokens by exchanging them. */
  readonly exchangesTokens: boolean
  readonly storage: OwnStorage
  /** File with certificates of authorities that the engine trusts. */
  readonly caFile: string | undefined
  /** Names of the settings in the configuration of this engine, for the remedies in the report. */
  readonly names: SettingNames
  /** Problems in the configuration itself, which are found before any request. */
  readonly problems: readonly Diagnosis[]
}

export const noStorage: OwnStorage = {
  endpoint: undefined,
  region: undefined,
  pathStyle: undefined,
  keys: undefined,
}
