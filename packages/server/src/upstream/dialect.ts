import type { OperationId } from '@headgate/iceberg/rest'

/**
 * Names of the dialects (known kinds of catalogs) that a warehouse can configure for its upstream catalog.
 * `auto` selects a dialect by the host name and the configuration of the catalog.
 */
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

/**
 * Capabilities in which catalogs differ. A warehouse can override each of them with the setting
 * `upstream.quirks`.
 */
export interface Capabilities {
  /**
   * Support for `stage-create`. `early`: the upstream catalog does not support it, so the server creates the
   * table immediately and hides it until the first commit.
   */
  readonly staging: 'upstream' | 'early'
  /**
   * Whether a request to create a table contains a location. `optional`: the request may contain one.
   * `required`: the request must contain one, so the server chooses a location if the client does not.
   * `refused`: the upstream catalog always chooses the location.
   */
  readonly location: 'optional' | 'required' | 'refused'
  /** Characters allowed in names. `lower`: the upstream catalog refuses names with upper-case letters. */
  readonly names: 'any' | 'lower'
  /**
   * Whether a drop deletes the files of the table. `always`: the upstream catalog always deletes them.
   * `requested`: only when the request asks for a purge.
   */
  readonly purge: 'requested' | 'always'
  /**
   * Support for transactions. `none`: the upstream catalog can only commit to one table at a time, even if it
   * lists the endpoint `transactions/commit`.
   */
  readonly transactions: 'upstream' | 'none'
  /**
   * Changes that the first commit to a created table may contain. `data`: the upstream catalog refuses
   * changes of properties, so the property `headgate.staged`, which marks the table as created before its
   * first commit, is not removed.
   */
  readonly firstCommit: 'all' | 'data'
}

/**
 * Kind of upstream catalog, described as a set of capabilities. The code compares capabilities, and never the
 * name of a dialect.
 */
export interface Dialect extends Capabilities {
  readonly name: Exclude<DialectName, 'auto'>
  /**
   * Whether an update that adds a schema must contain `last-column-id`, which the specification makes
   * optional.
   */
  readonly lastColumnId: 'optional' | 'required'
  /** Operations that the upstream catalog supports if its configuration does not list endpoints. */
  readonly unlisted: ReadonlySet<OperationId>
  /**
   * Prefix of request paths if the configuration of the upstream catalog contains none. `{warehouse}` is
   * replaced by the percent-encoded name of the warehouse in the upstream catalog.
   */
  readonly prefix: string
  /** Names, in lower case, of the headers that the upstream catalog requires in every request. */
  readonly headers: readonly string[]
  /** Criteria by which the dialect `auto` recognizes the catalog. */
  readonly signs: DialectSigns
}

export interface DialectSigns {
  /** Pattern that matches the host name of the catalog. */
  readonly host?: RegExp
  /** Pattern that matches the path of the base URL. */
  readonly path?: RegExp
  /** Prefix of property names that occurs only in the configuration of this catalog. */
  readonly property?: string
  /** Text that occurs only in the endpoints that this catalog lists. */
  readonly endpoint?: string
}
