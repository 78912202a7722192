import type { Json, ParseOptions } from '@headgate/json'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'

/** One authenticated request, as an operation receives it. */
export interface Call {
  readonly requestId: string
  readonly method: string
  /** Path parameters, percent-encoded. The operation decodes them by the rules of its protocol. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Query string as received, without `?`. For values that are split before they are decoded. */
  readonly search: string
  readonly identity: ProvenIdentity
  /** Policy of the caller. `decide` makes decisions from it. */
  readonly policy: Policy
  /** Replaces `policy` with the current one in the database: see `retryMoved`. */
  reloadPolicy(): Promise<void>
  /** Aborts when the client disconnects, and when the request is answered. */
  readonly signal: AbortSignal
  /** Draft of the audit event. The operation adds the objects that it accesses. */
  readonly audit: AuditDraft
  /**
   * Marks the change as sent. An operation that announces its changes calls it right before it sends one.
   *
   * @throws HeadgateError `unavailable` when the request has been answered with the error that nothing was changed
   */
  begin(): void
  header(name: string): string | undefined
  /** Reads the body within the limit of the operation. Reads a large one only after the operation admits the caller. */
  bytes(): Promise<Uint8Array>
  /**
   * Reads the body as JSON. An absent body is `null`.
   *
   * @throws HeadgateError `bad-request` when the body is not JSON
   */
  json(options?: Pick<ParseOptions, 'keepNumberText'>): Promise<Json>
}

export interface Response {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Chunks are sent one after the other and are not copied into one buffer. */
  readonly body?: string | Uint8Array | readonly Uint8Array[] | null
}

/** Operation of an API. */
export interface Operation {
  readonly id: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Pattern of the router, such as `/v1/:prefix/namespaces/:namespace`. */
  readonly path: string
  /** True when the operation calls `Call.begin` before each change. Until then the server can cancel it without a change. */
  readonly announces?: boolean
  /** Maximum size of the body in bytes, unless the limit of the server is lower. Default: `smallBodyBytes`. */
  readonly maxBodyBytes?: number
  /**
   * Decides whether the caller may send a body of more than `smallBodyBytes` to the object in the path, before such a body
   * is read.
   *
   * @throws HeadgateError of a missing object or of a missing privilege
   */
  admit?(call: Call): Promise<unknown>
  /** Returns whether an engine may call it without a user, if its entry permits only such calls. Absent: never. */
  needsNoUser?(query: URLSearchParams): boolean
  handle(call: Call): Promise<Response>
}

/** Limits of a request, from the configuration. */
export interface CallLimits {
  readonly maxBodyBytes: number
  readonly maxJsonDepth: number
  /** Maximum number of values in a JSON body. */
  readonly maxJsonValues: number
  readonly requestTimeoutMs: number
}
