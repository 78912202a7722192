import type { SessionAuthorizer } from '../credentials/gateway-authorizer.ts'
import type { AuditLog } from '../events/audit-log.ts'
import type { ClientAddress } from '../http/client-address.ts'
import type { RequestMetrics } from '../http/metrics.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Log } from '../log.ts'
import type { LoopTurns } from '../loop-turns.ts'

export interface S3Limits {
  /** Requests at once, over all connections; one more is told to slow down. */
  readonly maxConcurrentRequests: number
  /** Bytes of one object or part that is sent in one request. */
  readonly maxObjectPartBytes: number
  /** How long a connection may stand still in the middle of a body, in either direction, in ms. No limit of the whole. */
  readonly requestTimeoutMs: number
}

export interface S3EndpointParts {
  readonly ring: KeyRing
  readonly sessions: SessionAuthorizer
  /** Regions that a signature may name; the first one is said to be that of the buckets. None: any may be named. */
  readonly regions: readonly string[]
  /** `s3.example.com`: then `bucket.s3.example.com` names a bucket. */
  readonly hostSuffix?: string | null
  readonly log: Log
  readonly audit: AuditLog
  /** Default: the peer of the connection. */
  readonly addressOf?: ClientAddress
  readonly metrics: RequestMetrics
  readonly limits: S3Limits
  /** Shared by everything in the process that parses large documents. Default: its own. */
  readonly loopTurns?: LoopTurns
  /** Epoch ms. */
  readonly now: () => number
  /**
   * After how long a copy or the end of an upload begins to answer in blanks, so that its client goes on waiting, in ms.
   * Default 10 s.
   */
  readonly patienceMs?: number
  /** Interval in ms at which the session of a running request is authorized again. Default 7.5 s. */
  readonly recheckMs?: number
}
