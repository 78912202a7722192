import type { IncomingHttpHeaders } from 'node:http'
import type { VerifiedRequest } from '@headgate/sigv4'
import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission } from '../credentials/storage-grant.ts'
import type { PageTokens } from '../keys/page-tokens.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'
import type { Storage, StoredObject } from '@headgate/storage'
import type { S3Address } from './address.ts'
import type { S3Limits } from './deps.ts'

/** Authenticated S3 request whose session covers the object. */
export interface S3Call {
  readonly session: S3Session
  readonly storage: Storage
  readonly address: S3Address
  /** Canonical location of the object. For a request to a bucket, the location `s3://bucket/`. */
  readonly location: string
  readonly parameters: ReadonlyMap<string, string>
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly verified: VerifiedRequest
  /** Seals the positions of lists in continuation tokens. */
  readonly pageTokens: PageTokens
  readonly limits: S3Limits
  readonly loopTurns: LoopTurns
  readonly region: string
  readonly now: () => number
  /** Aborts when the client disconnects, when the session is revoked and, for a write, when the session ends. */
  readonly signal: AbortSignal
  /**
   * Authorizes the session again. Every write calls it after the body is complete and before the write becomes
   * visible in the storage.
   *
   * @throws S3Error when the session has ended or is revoked
   */
  readonly confirm: () => Promise<void>
  /**
   * Returns the bytes of the request body as received, before chunk signatures are removed. Sends `100 Continue` to a
   * client that waits for it.
   */
  receive(): AsyncIterable<Uint8Array>
}

export interface S3Response {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Response body: an XML document or the bytes of an object. */
  readonly body?: string | Pick<StoredObject, 'body' | 'length'>
  /**
   * XML document of an operation that may take long. The server sends blanks until the document is ready, so that the
   * client does not time out. If the operation fails after the first blank, the server sends the error document with
   * status 200, as SDKs expect for these operations.
   */
  readonly pending?: Promise<string>
  /**
   * Details for the audit event in addition to the location of the request, such as the locations of other objects.
   */
  readonly note?: Readonly<Record<string, unknown>>
}

/** Operation of the Amazon S3 API. */
export interface S3Operation {
  /** Name of the operation in the Amazon S3 API reference, such as `GetObject`. */
  readonly id: string
  /** Permission that a session needs for the operation. */
  readonly permission: StoragePermission
  handle(call: S3Call): Promise<S3Response>
}
