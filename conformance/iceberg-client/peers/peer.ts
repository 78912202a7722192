import type { ConnectOptions } from '@headgate/iceberg/client'
import type { Front } from '../../lib/signed-front.ts'

/** A catalog against which the client is checked. */
export interface Peer {
  readonly name: string
  readonly options: ConnectOptions
  /** Whether the catalog supports namespaces with more than one level. */
  readonly nested: boolean
  /** Options for a warehouse whose storage requests the server signs (remote signing). */
  readonly signing?: ConnectOptions
  /** A folder for the examples of the client's README. */
  readonly examples?: string
  /** Region for which the server signs requests. */
  readonly region?: string
  /** Proxy in front of the catalog that refuses unsigned requests. */
  readonly front?: Front
  /**
   * Whether two tables may have the same metadata file, so that a client can register a metadata file that another
   * table uses.
   */
  readonly sharedFiles: boolean
  /** Whether the catalog keeps former snapshots of a table, and former versions of a view. */
  readonly history: boolean
}
