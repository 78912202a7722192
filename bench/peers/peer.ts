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

/** A running catalog. */
export interface Peer {
  readonly name: string
  /** Base URL, to which clients add `/v1/…`. */
  readonly base: string
  readonly warehouse: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Whether the catalog must receive load before the measurement, because it compiles its code while it runs (Java,
   * Node).
   */
  readonly warm: boolean
  /** Whether the report contains the ratios of this catalog to the others. */
  readonly compared?: boolean
  readonly process: KeptProcess
}
