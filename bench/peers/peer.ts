import type { KeptProcess } from '../../conformance/lib/process-keeper.ts'

/** Another catalog, running. */
export interface Peer {
  readonly name: string
  /** Base URL, to which clients add `/v1/…`. */
  readonly base: string
  readonly warehouse: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** It needs minutes of load before it is as fast as it can be. */
  readonly warm: boolean
  readonly process: KeptProcess
}
