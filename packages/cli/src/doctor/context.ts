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
  /**
   * User that the catalog must see when the engine calls it, or null if the user of the doctor expects no specific
   * user.
   */
  readonly user: string | null
  /** Groups to which the catalog must assign the caller. */
  readonly groups: readonly string[]
  /** Namespace in which the checks may create and drop a table. If null, the checks write nothing. */
  readonly scratch: Namespace | null
  /** Maximum time in ms to wait until credentials expire, or 0 to not wait. */
  readonly waitMs: number
  /** Origin of a web page that uses the catalog and its storage, for CORS checks. */
  readonly origin: string | null
  /** URL at which the same catalog is reached without the proxies in front of it, or null if the user named none. */
  readonly direct: string | null
  /**
   * Auth properties of an administrator, or null. The doctor uses them only to compare what the engine sees with what
   * an administrator sees.
   */
  readonly admin: Properties | null
  /**
   * Requests test tokens from the Headgate server whose tokens the catalog may accept. The check of audiences needs
   * them. Null without such a server.
   */
  readonly issuer: TokenIssuer | null
  /** Time limit of one request or connection, in ms. */
  readonly stepMs: number
}

/**
 * Function that requests a token for the given audience, which no service has. Returns null if the server issues no
 * such token.
 */
export type TokenIssuer = (audience: string, signal: AbortSignal) => Promise<string | null>

/** Results that the check of a layer stores for the checks of later layers. */
export interface Learned {
  /** Response of the catalog to the first request, which is sent without authentication. */
  first?: RawResponse
  /** Error of the first request, if no response arrived. */
  firstFailure?: unknown
  /** Auth provider that authenticates requests in the same way as the engine. */
  auth?: AuthProvider
  token?: TokenFacts
  tokenValue?: Secret
  /** Response of the catalog to the authenticated request `getConfig`. */
  config?: RawResponse
  catalog?: RestCatalog
  /** Result of `loadTable` for the checked table, with the same request that the engine sends. */
  table?: LoadedTable
  /**
   * Error response of `loadTable` with a request for storage access, if the catalog loads the table without this
   * request.
   */
  delegationRefusal?: Error
  /**
   * Auth provider that signs requests with the AWS keys of this machine, which the engine uses for tables without
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
  /** Registers an object that is closed when the command ends. */
  readonly closeLater: (closable: AsyncDisposable) => void
  readonly learned: Learned
  /** Adds an observation to the report. */
  readonly fact: (text: string) => void
  /** Warnings that the auth provider has reported since its creation. */
  readonly authWarnings: string[]
}
