import type { Catalog, Send } from '../refresh/catalog-client.ts'
import type { StorageKeys } from '../refresh/storage-keys.ts'
import type { Canary, Marks } from './canary.ts'
import type { Operator } from './operator.ts'
import type { Watch } from './watch.ts'

export interface Table {
  readonly name: string
  /** Location of the table, without a trailing slash. */
  readonly location: string
}

/**
 * Callers. Mallory is the attacker: she may create tables, and read and write her own tables. Ada is the victim, who
 * owns other tables. The reader may read Mallory's table.
 */
export type Who = 'mallory' | 'ada' | 'reader'

/** Table with a storage refresh token that the server issued for it. */
export interface Held extends Table {
  readonly token: string
  /** Location prefix of the storage credential that the token renews. */
  readonly prefix: string
  readonly staged: boolean
}

/** Mode in which the warehouse issues storage access. */
export type Mode = 'gateway' | 'sts' | 'remote-signing'

/** Storage access of Mallory with a short lifetime, which attacks use after it has expired. */
export interface Brief {
  readonly catalog: Catalog
  readonly tokens: readonly Held[]
  readonly tokensEndAt: number
  readonly keys: StorageKeys
  readonly keysEndAt: number
  /** Request target of an object that the keys can read while they are valid. */
  readonly target: string
}

/** Warehouses in addition to the attacked one. */
export interface OtherWarehouses {
  /** Warehouse that keeps dropped tables. Mallory and Ada may create namespaces and tables in it. */
  readonly kept: { readonly name: string; readonly as: Readonly<Record<'mallory' | 'ada', Catalog>> }
  /**
   * Warehouse that Mallory manages, including its storage. In mode gateway, it is a directory without a bucket name.
   */
  readonly hers: { readonly name: string; readonly catalog: Catalog }
  /** Sends requests to `/management/v1/…` as a principal that may only create warehouses. */
  readonly founder: Send
}

/** Attacked catalog and object store, with the objects of Mallory and of other callers. */
export interface Fixture {
  readonly mode: Mode
  readonly as: Readonly<Record<Who, Catalog>>
  readonly namespace: readonly string[]
  readonly bucket: string
  /** Temporary folder of the run. It also contains the canaries outside of the warehouse. */
  readonly folder: string
  /** Table of the attacker Mallory, which `reader` may read. */
  readonly own: Table
  /** Table of the victim Ada. */
  readonly victim: Table
  readonly canaries: readonly Canary[]
  readonly marks: Marks
  readonly watch: Watch
  /**
   * Valid storage keys of each caller: of Mallory and the reader for the table `own`, and of Ada for the table
   * `victim`. Undefined if the server signs requests instead of issuing keys.
   */
  readonly keys: Readonly<Record<Who, StorageKeys>> | undefined
  /** Valid storage refresh tokens of Mallory and Ada. */
  readonly tokens: Readonly<Record<'mallory' | 'ada', readonly Held[]>>
  /** Storage access of Mallory that expires during the run, or undefined if the fixture has none. */
  readonly brief: Brief | undefined
  /** Object store, if clients access it directly and not through the storage gateway. */
  readonly store: { readonly endpoint: string; readonly region: string } | undefined
  /** Other warehouses of the same server, or undefined if the fixture uses a simulated server. */
  readonly otherWarehouses: OtherWarehouses | undefined
  /** Management API and database of the server, or undefined if the fixture uses a simulated server. */
  readonly operator: Operator | undefined
  /** Returns the file path, on the disk of the server or store, of a location. */
  toPath(location: string): string
  /** Returns a new number on each call, so that the names of tables in attacks are unique. */
  count(): number
}
