import type { SessionAuthorizer } from '../credentials/gateway-authorizer.ts'
import type { StorageAccessLog } from '../credentials/storage-access-log.ts'
import type { AuditLog } from '../events/audit-log.ts'
import type { ClientAddress } from '../operation/client-address.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Log } from '../log.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'

export interface S3Limits {
  /**
   * Maximum number of concurrent requests over all connections. The server answers further requests with `SlowDown`.
   */
  readonly maxConcurrentRequests: number
  /** Maximum size in bytes of an object or part that one request uploads. */
  readonly maxObjectPartBytes: number
  /**
   * Time in ms after which the server disconnects a client that neither sends nor reads the rest of a body. The total
   * time of a request has no limit.
   */
  readonly requestTimeoutMs: number
}

export interface S3EndpointDeps {
  readonly ring: KeyRing
  /** Decides whether a session is served. */
  readonly authorizer: SessionAuthorizer
  /**
   * Regions that a signature may contain. The first region is the region of all buckets in responses. An empty list
   * allows any region.
   */
  readonly regions: readonly string[]
  /**
   * Host name for virtual-host style: with `s3.example.com`, a request to the host `bucket.s3.example.com` is for the
   * bucket `bucket`.
   */
  readonly hostSuffix?: string | null
  readonly log: Log
  readonly audit: AuditLog
  /** Records when sessions are used. Absent: their use is not recorded. */
  readonly accessLog?: Pick<StorageAccessLog, 'used'>
  /** Returns the address of the client. Default: `peerAddress`. */
  readonly resolveAddress?: ClientAddress
  readonly metrics: { observe(operation: string, status: number, milliseconds: number): void }
  readonly limits: S3Limits
  /**
   * Queue for turns of the event loop, shared by all code of the process that parses large documents. Default: a new
   * queue.
   */
  readonly loopTurns?: LoopTurns
  /** Returns the current time in epoch ms. */
  readonly now: () => number
  /**
   * Time in ms after which the server starts to send blanks while a copy or the completion of a multipart upload is
   * running, so that the client does not time out. Default 10 s.
   */
  readonly patienceMs?: number
  /** Interval in ms at which the server authorizes the session of a running request again. Default 7.5 s. */
  readonly recheckMs?: number
}
