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

/** Another catalog, running. */
export interface Peer {
  readonly name: string
  /** Base URL, to which clients add `/v1/…`. */
  readonly base: string
  readonly warehouse: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** It compiles its code while it runs, so it needs load before it is as fast as it can be. */
  readonly warm: boolean
  /** Whether the report contains its ratios to the others. */
  readonly compared?: boolean
  readonly process: KeptProcess
}
