import type { ConnectOptions } from '@headgate/iceberg/client'
import type { Front } from '../../lib/signed-front.ts'

/** A catalog that the client is checked with. */
export interface Peer {
  readonly name: string
  readonly options: ConnectOptions
  /** Whether a namespace can have levels. */
  readonly nested: boolean
  /** A warehouse whose storage is accessed with signatures of the server. */
  readonly signing?: ConnectOptions
  /** A folder for the examples of the client's README. */
  readonly examples?: string
  /** The region to sign for. */
  readonly region?: string
  /** Proxy in front of it that refuses unsigned requests. */
  readonly front?: Front
  /**
   * Whether two tables may have the same metadata file, so that it can be registered without unregistering it first.
   */
  readonly sharedFiles: boolean
  /** Whether it keeps former snapshots of a table, and former versions of a view. */
  readonly history: boolean
}
