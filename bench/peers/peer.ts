import type { KeptProcess } from '../../conformance/lib/process-keeper.ts'

/** Catalogs that can be compared, in the order in which they are started and shown. */
export const peerIds = [
  'headgate',
  'headgate-workers',
  'headgate-files',
  'fixture',
  'fixture-files',
  'fixture-postgresql',
  'nessie',
  'rustberg',
] as const
export type PeerId = (typeof peerIds)[number]

/** Running catalog that takes part in the comparison. */
export interface Peer {
  readonly name: string
  /** Base URL of the catalog, to which clients append `/v1/…`. */
  readonly base: string
  readonly warehouse: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Whether the catalog needs load before the measurement, because it compiles its code while it runs (Java,
   * Node).
   */
  readonly warm: boolean
  /** Whether the report contains the ratios of this catalog's figures to those of the others. */
  readonly compared?: boolean
  readonly process: KeptProcess
}
