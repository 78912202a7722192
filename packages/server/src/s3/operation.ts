import type { IncomingHttpHeaders } from 'node:http'
import type { VerifiedRequest } from '@headgate/sigv4'
import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission } from '../credentials/storage-grant.ts'
import type { PageTokens } from '../keys/page-tokens.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'
import type { Storage, StoredObject } from '@headgate/storage'
import type { S3Address } from './address.ts'
import type { S3Limits } from './deps.ts'

/** Request whose sender is authenticated and whose session covers the object. */
export interface S3Call {
  readonly session: S3Session
  readonly storage: Storage
  readonly address: S3Address
  /** Canonical location of the object. For a bucket its root, `s3://bucket/`. */
  readonly location: string
  readonly parameters: ReadonlyMap<string, string>
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly verified: VerifiedRequest
  readonly tokens: PageTokens
  readonly limits: S3Limits
  readonly loopTurns: LoopTurns
  readonly region: string
  readonly now: () => number
  /** Aborts when the client disconnects, and when the session ends or is revoked. */
  readonly signal: AbortSignal
  /**
   * Authorizes the session again. Every write calls it when its body is complete, and before it becomes visible.
   *
   * @throws S3Error when the session has ended or is revoked
   */
  readonly confirm: () => Promise<void>
  /** Returns the raw bytes of the body. Sends `100 Continue` to a client that waits for it. */
  receive(): AsyncIterable<Uint8Array>
}

export interface S3Response {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** XML document, or the bytes of an object. */
  readonly body?: string | Pick<StoredObject, 'body' | 'length'>
  /**
   * Document that may take long. Until it is ready, the server sends blanks, so that the client keeps waiting. An error
   * after the first of them is sent in a body with status 200, as SDKs expect it of these operations.
   */
  readonly pending?: Promise<string>
  /** Details for the audit in addition to the location of the request, such as other objects. */
  readonly note?: Readonly<Record<string, unknown>>
}

/** Operation of the Amazon S3 API. */
export interface S3Operation {
  /** Name in the API reference, such as `GetObject`. */
  readonly id: string
  /** Permission that a session needs for the operation. */
  readonly access: StoragePermission
  handle(call: S3Call): Promise<S3Response>
}
