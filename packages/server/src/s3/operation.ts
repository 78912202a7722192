import type { IncomingHttpHeaders } from 'node:http'
import type { VerifiedRequest } from '@headgate/sigv4'
import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission as Access } from '../credentials/storage-grant.ts'
import type { PageTokens } from '../keys/page-tokens.ts'
import type { LoopTurns } from '../loop-turns.ts'
import type { Storage, StoredObject } from '../storage/storage.ts'
import type { S3Address } from './address.ts'
import type { S3Limits } from './parts.ts'

/** A request whose sender is known, and, for an object, may touch it. */
export interface S3Call {
  readonly session: S3Session
  readonly storage: Storage
  readonly address: S3Address
  /** Canonical location of the object; of a bucket its root, `s3://bucket/`. */
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
  /** The raw bytes of the body. Asks a client that waits for it to send them (`100 Continue`). */
  receive(): AsyncIterable<Uint8Array>
}

export interface S3Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An XML document, or the bytes of an object. */
  readonly body?: string | Pick<StoredObject, 'body' | 'length'>
  /**
   * A document that may take long. While it does, blanks are sent, so that the client goes on waiting; an error after
   * the first of them is told in a body with status 200, which SDKs expect of the operations that answer so.
   */
  readonly pending?: Promise<string>
  /** What the audit is to know beyond the location of the request: other objects that it was about. */
  readonly note?: Readonly<Record<string, unknown>>
}

/** One operation of the Amazon S3 API. */
export interface S3Operation {
  /** Its name there: `GetObject`. */
  readonly id: string
  /** What a session needs for it. */
  readonly access: Access
  handle(call: S3Call): Promise<S3Answer>
}
