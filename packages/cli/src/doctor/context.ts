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

/** Expectations and permissions of the user of the command. */
export interface DoctorOptions {
  /** Table to check. Null: the first one that the catalog lists. */
  readonly table: TableIdentifier | null
  /** Name of the user that must arrive at the catalog. */
  readonly user: string | null
  /** Groups that must arrive at the catalog. */
  readonly groups: readonly string[]
  /** Namespace in which a table may be created and dropped. Null: nothing is written. */
  readonly scratch: Namespace | null
  /** Time to wait for the end of credentials, in ms. 0: do not wait. */
  readonly waitMs: number
  /** Origin of a web page that uses the catalog and its storage. */
  readonly origin: string | null
  /** URL of the same catalog without the proxies in front of it. */
  readonly direct: string | null
  /** Properties of the authentication of an administrator. The doctor only compares with what an administrator sees. */
  readonly admin: Properties | null
  /** Headgate server that issues tokens which the catalog may accept. */
  readonly issuer: TokenIssuer | null
  /** Time limit of one request or connection, in ms. */
  readonly stepMs: number
}

/** Server that can issue a token for an audience that does not exist. Returns null if it cannot. */
export type TokenIssuer = (audience: string, signal: AbortSignal) => Promise<string | null>

/** Results of earlier layers that later layers use. */
export interface Learned {
  /** Response to the first request, which is sent without authentication. */
  first?: RawResponse
  /** Error of the first request. */
  firstFailure?: unknown
  /** Provider of the session that sends the requests of the engine. */
  auth?: AuthProvider
  token?: TokenFacts
  tokenValue?: Secret
  /** Response of `getConfig` to the authenticated request. */
  config?: RawResponse
  catalog?: RestCatalog
  /** Table as the engine loads it. */
  table?: LoadedTable
  /** Refusal of the request for storage access. The table can be loaded without this request. */
  delegationRefusal?: Error
  /** Provider that signs with the AWS keys of this machine, which the engine uses for tables without credentials. */
  machineKeys?: AuthProvider
  /** Storage access that the catalog offers, or null if the storage needs none. */
  offer?: CredentialOffer | null
}

/** Values that every check receives. */
export interface DoctorContext {
  readonly settings: CatalogSettings
  readonly traits: EngineTraits
  readonly options: DoctorOptions
  readonly env: Readonly<Record<string, string | undefined>>
  /** Ends all checks: the time limit of the command, or its interruption. */
  readonly signal: AbortSignal
  readonly redactor: Redactor
  /** Sends requests, and adds their secrets to the redactor. */
  readonly fetch: Fetch
  /** Registers an object that is closed at the end of the command. */
  readonly closeLater: (closable: AsyncDisposable) => void
  readonly learned: Learned
  /** Records an observation for the report. */
  readonly fact: (text: string) => void
  /** Warnings of the auth provider since its creation. */
  readonly authWarnings: string[]
}
