import type { SessionAuthorizer } from '../credentials/gateway-authorizer.ts'
import type { AuditLog } from '../events/audit-log.ts'
import type { ClientAddress } from '../operation/client-address.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Log } from '../log.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'

export interface S3Limits {
  /** Maximum number of concurrent requests over all connections. Further ones are answered with `SlowDown`. */
  readonly maxConcurrentRequests: number
  /** Maximum size in bytes of an object or part that one request uploads. */
  readonly maxObjectPartBytes: number
  /** Maximum idle time of a connection in the middle of a body, in either direction, in ms. The total time has no limit. */
  readonly requestTimeoutMs: number
}

export interface S3EndpointDeps {
  readonly ring: KeyRing
  readonly sessions: SessionAuthorizer
  /** Regions that a signature may contain. The first one is reported as that of the buckets. Empty: any region. */
  readonly regions: readonly string[]
  /** With `s3.example.com`, the host `bucket.s3.example.com` contains a bucket. */
  readonly hostSuffix?: string | null
  readonly log: Log
  readonly audit: AuditLog
  /** Default: `peerAddress`. */
  readonly addressOf?: ClientAddress
  readonly metrics: { observe(operation: string, status: number, milliseconds: number): void }
  readonly limits: S3Limits
  /** Shared by all code of the process that parses large documents. Default: a separate one. */
  readonly loopTurns?: LoopTurns
  /** Epoch ms. */
  readonly now: () => number
  /**
   * Time in ms after which the response to a copy or to the end of an upload starts with blanks, so that the client keeps
   * waiting. Default 10 s.
   */
  readonly patienceMs?: number
  /** Interval in ms at which the session of a running request is authorized again. Default 7.5 s. */
  readonly recheckMs?: number
}
