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
  /** Whether the engine may use the AWS keys of the machine that it runs on. */
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
  /**
   * Source of the settings, for messages: the name of the configuration file, `flags` for options of the command line,
   * or `server` for the server of the profile.
   */
  readonly source: string
  /** Base URL of the catalog without a trailing slash. */
  readonly uri: string
  readonly warehouse: string | undefined
  /** Properties of an auth provider that authenticates requests in the same way as the engine. */
  readonly auth: Properties
  /**
   * Token endpoint that the configuration names. It is undefined if the engine uses the endpoint `v1/oauth/tokens` of
   * the catalog, or needs no token.
   */
  readonly tokenEndpoint: string | undefined
  /** Headers of every request, except the header that requests storage access. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * Kinds of storage access that the engine requests with the header X-Iceberg-Access-Delegation. Empty if the engine
   * does not send this header.
   */
  readonly delegation: readonly AccessDelegation[]
  /** Whether the engine opens a session for each of its users (Trino: `session=USER`). */
  readonly userSession: boolean
  /** Whether the engine renews tokens by exchanging them. */
  readonly exchangesTokens: boolean
  readonly storage: OwnStorage
  /**
   * Path of a PEM file with the certificate authorities that the engine trusts, or undefined if its configuration
   * names none.
   */
  readonly caFile: string | undefined
  /** Names of the settings in the configuration of this engine, with which the report tells the user what to change. */
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
