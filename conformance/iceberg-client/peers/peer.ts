import type { ConnectOptions } from '@headgate/iceberg/client'
import type { Front } from '../../lib/signed-front.ts'

/** A catalog to be a client of. */
export interface Peer {
  readonly name: string
  readonly options: ConnectOptions
  /** Whether a namespace can have levels. */
  readonly nested: boolean
  /** A warehouse whose storage is opened in another way: by signatures of the server. */
  readonly signing?: ConnectOptions
  /** A folder for the examples of the client's README, which are run here. */
  readonly examples?: string
  /** The region to sign for. */
  readonly region?: string
  /** What stands before it, and refuses what is not signed. */
  readonly front?: Front
  /** Whether a metadata file can have two names at once: then it can be registered without being let go before. */
  readonly sharedFiles: boolean
  /** Whether it keeps more than the current snapshot of a table, and the current version of a view. */
  readonly history: boolean
}
