import type { Catalog } from '../refresh/catalog-client.ts'
import type { StorageKeys } from '../refresh/storage-keys.ts'
import type { Canary, Marks } from './canary.ts'
import type { Watch } from './watch.ts'

export interface Table {
  readonly name: string
  /** Without trailing slash. */
  readonly location: string
}

/** Those who take part. Mallory attacks; she may create tables, and read and write her own ones. */
export type Who = 'mallory' | 'ada' | 'reader'

/** A table with a token that was handed out with it. */
export interface Held extends Table {
  readonly token: string
  /** The prefix of its credential. */
  readonly prefix: string
  readonly staged: boolean
}

/** How storage access is handed out. */
export type Mode = 'gateway' | 'sts' | 'remote-signing'

/** What was handed out to Mallory and ends soon. */
export interface Brief {
  readonly catalog: Catalog
  readonly tokens: readonly Held[]
  readonly tokensEndAt: number
  readonly keys: StorageKeys
  readonly keysEndAt: number
  /** An object that the keys could read while they held. */
  readonly target: string
}

/** Warehouses beside the attacked one. */
export interface Beside {
  /** Keeps dropped tables. Mallory and Ada may create namespaces and tables. */
  readonly kept: { readonly name: string; readonly as: Readonly<Record<'mallory' | 'ada', Catalog>> }
  /** Mallory manages it and administers its storage. */
  readonly hers: { readonly name: string; readonly catalog: Catalog }
}

/** What is attacked: a catalog and its store, with what is Mallory's and what is not. */
export interface Lake {
  readonly mode: Mode
  readonly as: Readonly<Record<Who, Catalog>>
  readonly namespace: readonly string[]
  readonly bucket: string
  /** Folder of the run, to name files outside of the warehouse. */
  readonly folder: string
  /** Mallory's table; `reader` may read it. */
  readonly own: Table
  /** Ada's table. */
  readonly victim: Table
  readonly canaries: readonly Canary[]
  readonly marks: Marks
  readonly watch: Watch
  /** Keys that hold now, as they were handed out for `own` (Mallory, reader) and `victim` (Ada); none where requests are signed. */
  readonly keys: Readonly<Record<Who, StorageKeys>> | undefined
  /** Tokens that hold now. */
  readonly tokens: Readonly<Record<'mallory' | 'ada', readonly Held[]>>
  /** The same server with keys and tokens that have ended by `endAt` (epoch ms). */
  readonly brief: Brief | undefined
  /** The store itself, where clients reach it without the gateway. */
  readonly store: { readonly endpoint: string; readonly region: string } | undefined
  /** Other warehouses of the same server; undefined without a real server. */
  readonly beside: Beside | undefined
  /** Returns the path of a location on the disk of the server or of the store. */
  pathOf(location: string): string
  /** Numbers the tables that attacks make. */
  count(): number
}
