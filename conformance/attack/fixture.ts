import type { Catalog, Send } from '../refresh/catalog-client.ts'
import type { StorageKeys } from '../refresh/storage-keys.ts'
import type { Canary, Marks } from './canary.ts'
import type { Operator } from './operator.ts'
import type { Watch } from './watch.ts'

export interface Table {
  readonly name: string
  /** Location without a slash at its end. */
  readonly location: string
}

/**
 * Callers. Mallory is the attacker: she may create tables, and read and write her own tables. Ada owns other tables,
 * and the reader may read Mallory's table.
 */
export type Who = 'mallory' | 'ada' | 'reader'

/** A table, and the storage refresh token that was issued for it. */
export interface Held extends Table {
  readonly token: string
  /** Location prefix of the storage credential. */
  readonly prefix: string
  readonly staged: boolean
}

/** Mode in which the warehouse issues storage access. */
export type Mode = 'gateway' | 'sts' | 'remote-signing'

/** Mallory's storage access with a short lifetime, for tests after it has expired. */
export interface Brief {
  readonly catalog: Catalog
  readonly tokens: readonly Held[]
  readonly tokensEndAt: number
  readonly keys: StorageKeys
  readonly keysEndAt: number
  /** Request target of an object that the keys can read until they expire. */
  readonly target: string
}

/** Warehouses in addition to the attacked one. */
export interface OtherWarehouses {
  /** Warehouse that keeps dropped tables. Mallory and Ada may create namespaces and tables in it. */
  readonly kept: { readonly name: string; readonly as: Readonly<Record<'mallory' | 'ada', Catalog>> }
  /**
   * Warehouse that Mallory manages, including its storage. In mode gateway it is a directory without a bucket name.
   */
  readonly hers: { readonly name: string; readonly catalog: Catalog }
  /** Sends requests to `/management/v1/…` as a principal that may only create warehouses. */
  readonly founder: Send
}

/** The attacked catalog and store, with the objects of Mallory and of other callers. */
export interface Fixture {
  readonly mode: Mode
  readonly as: Readonly<Record<Who, Catalog>>
  readonly namespace: readonly string[]
  readonly bucket: string
  /** Folder of the run. It contains the files outside of the warehouse. */
  readonly folder: string
  /** Mallory's table; `reader` may read it. */
  readonly own: Table
  /** Ada's table. */
  readonly victim: Table
  readonly canaries: readonly Canary[]
  readonly marks: Marks
  readonly watch: Watch
  /**
   * Valid keys that were issued for `own` (Mallory, reader) and `victim` (Ada); undefined when the server signs
   * requests.
   */
  readonly keys: Readonly<Record<Who, StorageKeys>> | undefined
  /** Valid storage refresh tokens. */
  readonly tokens: Readonly<Record<'mallory' | 'ada', readonly Held[]>>
  /** Keys and tokens of Mallory that expire during the run. Undefined if the fixture has none. */
  readonly brief: Brief | undefined
  /** The object store, if clients access it directly. */
  readonly store: { readonly endpoint: string; readonly region: string } | undefined
  /** Other warehouses of the same server. Undefined if the fixture has no real server. */
  readonly otherWarehouses: OtherWarehouses | undefined
  /** Access of the server's operator. Undefined if the fixture has no real server. */
  readonly operator: Operator | undefined
  /** Returns the path of a location on the disk of the server or of the store. */
  toPath(location: string): string
  /** Returns the next number, which makes the names of tables in attacks unique. */
  count(): number
}
