import type { ConnectOptions } from '@headgate/iceberg/client'
import type { Front } from '../../lib/signed-front.ts'

/** Catalog server against which the Iceberg client is checked. */
export interface Peer {
  readonly name: string
  readonly options: ConnectOptions
  /** Whether the catalog supports namespaces with several levels. */
  readonly nested: boolean
  /** Connect options for a warehouse whose storage requests the server signs (remote signing). */
  readonly signing?: ConnectOptions
  /** Folder in which the examples of the client's README may create files. */
  readonly examples?: string
  /** AWS region for which the server signs storage requests. */
  readonly region?: string
  /** Proxy in front of the catalog that refuses requests without a valid signature. */
  readonly front?: Front
  /** Whether a client can register a metadata file that another table already uses. */
  readonly sharedFiles: boolean
  /** Whether the catalog keeps earlier snapshots of a table, and earlier versions of a view. */
  readonly history: boolean
}
