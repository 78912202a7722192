import type { AuthProvider, Properties, Secret } from '@headgate/auth'
import type { LoadedTable, RestCatalog } from '@headgate/iceberg/client'
import type { Namespace, TableIdentifier } from '@headgate/iceberg/rest'
import type { Fetch } from '@headgate/http'
import type { CatalogSettings } from './catalog-settings.ts'
import type { EngineTraits } from './engines/engine-traits.ts'
import type { RawResponse } from './http/raw-request.ts'
import type { TokenFacts } from './identity/token-facts.ts'
import type { Redactor } from './redactor.ts'
import type { CredentialOffer } from './credentials/credential-offer.ts'

/** Options of `headgate doctor`: what the user expects, and what the checks may do. */
export interface DoctorOptions {
  /** Table to check, or null for the first table that the catalog lists. */
  readonly table: TableIdentifier | null
  /** Name of the user as which the catalog must see the engine, or null for no expectation. */
  readonly user: string | null
  /** Groups that the catalog must see for the caller. */
  readonly groups: readonly string[]
  /** Namespace in which the checks may create and drop a table. If null, the checks write nothing. */
  readonly scratch: Namespace | null
  /** Maximum time in ms to wait until credentials expire, or 0 to not wait. */
  readonly waitMs: number
  /** Origin of a web page that uses the catalog and its storage, for CORS checks. */
  readonly origin: string | null
  /** URL of the same catalog without the proxies in front of it. */
  readonly direct: string | null
  /**
   * Auth properties of an administrator. The doctor uses them only to compare what the engine sees with what an
   * administrator sees.
   */
  readonly admin: Properties | null
  /** Headgate server whose tokens the catalog may accept, for the check of audiences. */
  readonly issuer: TokenIssuer | null
  /** Time limit of one request or connection, in ms. */
  readonly stepMs: number
}

/**
 * Function that requests a token for an audience that does not exist. Returns null if the server issues no such token.
 */
export type TokenIssuer = (audience: string, signal: AbortSignal) => Promise<string | null>

/** Results of earlier layers, which later layers use. */
export interface Learned {
  /** Response to the first request, which is sent without authentication. */
  first?: RawResponse
  /** Error of the first request. */
  firstFailure?: unknown
  /** Auth provider of the session, which authenticates requests like the engine. */
  auth?: AuthProvider
  token?: TokenFacts
  tokenValue?: Secret
  /** Response of `getConfig` to the authenticated request. */
  config?: RawResponse
  catalog?: RestCatalog
  /** Loaded table, with the same request that the engine sends. */
  table?: LoadedTable
  /**
   * Error with which the catalog refuses to load the table with storage access, although it loads the table without
   * it.
   */
  delegationRefusal?: Error
  /**
   * Provider that signs requests with the AWS keys of this machine. The engine uses these keys for tables without
   * credentials.
   */
  machineKeys?: AuthProvider
  /** Storage access that the catalog offers, or null if the storage needs none. */
  offer?: CredentialOffer | null
}

/** Values that the checks of all layers receive. */
export interface DoctorContext {
  readonly settings: CatalogSettings
  readonly traits: EngineTraits
  readonly options: DoctorOptions
  readonly env: Readonly<Record<string, string | undefined>>
  /** Signal that ends all checks, at the time limit of the command or when the user interrupts it. */
  readonly signal: AbortSignal
  readonly redactor: Redactor
  /** Function that sends requests, and adds the secrets in them to the redactor. */
  readonly fetch: Fetch
  /** Registers an object that is closed at the end of the command. */
  readonly closeLater: (closable: AsyncDisposable) => void
  readonly learned: Learned
  /** Records an observation for the report. */
  readonly fact: (text: string) => void
  /** Warnings of the auth provider since its creation. */
  readonly authWarnings: string[]
}
