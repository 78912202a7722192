import type { OperationId } from '@headgate/iceberg/rest'

/** Names of the dialects that a warehouse can set. `auto` selects one by the host and the configuration of the upstream. */
export const dialectNames = [
  'auto',
  'standard',
  'glue',
  's3tables',
  'biglake',
  'onelake',
  'unity',
  'nessie',
  'polaris',
  'lakekeeper',
] as const

export type DialectName = (typeof dialectNames)[number]

/** Differences between catalogs that a warehouse can override one by one, with `upstream.quirks`. */
export interface Capabilities {
  /** `early`: the upstream has no `stage-create`, so the server creates the table at once and hides it until its commit. */
  readonly staging: 'upstream' | 'early'
  /**
   * Location of a new table. `optional`: a request may contain one. `required`: each request must contain one, so the
   * server chooses it. `refused`: the upstream chooses it, and no request may contain one.
   */
  readonly location: 'optional' | 'required' | 'refused'
  /** `lower`: the upstream refuses names with upper-case letters. */
  readonly names: 'any' | 'lower'
  /** `always`: the upstream only drops tables together with their files. */
  readonly purge: 'requested' | 'always'
  /** `none`: the upstream commits to one table at a time, although it may list `transactions/commit`. */
  readonly transactions: 'upstream' | 'none'
  /**
   * Commit after the creation of a table. `data`: the upstream refuses changes of properties there, so the property that
   * marks a table of early staging remains.
   */
  readonly firstCommit: 'all' | 'data'
}

/** A catalog as a set of capabilities. The code compares capabilities, and never the name of a dialect. */
export interface Dialect extends Capabilities {
  readonly name: Exclude<DialectName, 'auto'>
  /** `required`: the upstream refuses updates that add a schema without `last-column-id`, which is optional. */
  readonly lastColumnId: 'optional' | 'required'
  /** Operations of an upstream that lists no endpoints. */
  readonly unlisted: ReadonlySet<OperationId>
  /** Path prefix if the configuration has none. `{warehouse}` is the encoded name of the warehouse in the upstream. */
  readonly prefix: string
  /** Headers that the upstream requires from each client, in lower case. */
  readonly headers: readonly string[]
  /** How `auto` recognizes the catalog. */
  readonly signs: DialectSigns
}

export interface DialectSigns {
  /** Pattern of the host name. */
  readonly host?: RegExp
  /** Pattern of the path of the base URL. */
  readonly path?: RegExp
  /** Prefix of properties that only this catalog has in its configuration. */
  readonly property?: string
  /** Text that only the listed endpoints of this catalog contain. */
  readonly endpoint?: string
}
