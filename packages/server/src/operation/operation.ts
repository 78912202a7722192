import type { Json, ParseOptions } from '@headgate/json'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'

/** Authenticated request that the router passes to an operation. */
export interface Call {
  readonly requestId: string
  readonly method: string
  /** Path parameters, percent-encoded. The operation decodes them by the rules of its protocol. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Query string as received, without `?`. Operations use it for values that they split before they decode them. */
  readonly search: string
  readonly identity: ProvenIdentity
  /**
   * Token of a configured issuer with which the caller authenticated this request. Null: the caller authenticated in
   * another way, for example with a token of this server.
   */
  readonly externalToken: string | null
  /** True: the web console sent the request. Its page never receives storage credentials. */
  readonly isFromConsole: boolean
  /** Policy of the caller: the roles and grants from which `decide` computes authorization decisions. */
  readonly policy: Policy
  /** Reads the current policy of the caller from the database and replaces `policy` with it: see `retryMoved`. */
  reloadPolicy(): Promise<void>
  /** Aborts when the client disconnects, and when the response has been sent. */
  readonly signal: AbortSignal
  /** Draft of the audit event. The operation adds the objects that it accesses. */
  readonly audit: AuditDraft
  /**
   * Records that the operation now sends a change to the database. An operation with `announces` calls `begin`
   * directly before it sends each change. Further calls have no effect. Operations that commit in `catalog/commit` do
   * not call it themselves: `toCommitContext` passes it as the hook `onSend`.
   *
   * @throws HeadgateError `unavailable` when the server has already answered the request with an error that says that
   *   nothing was changed
   */
  begin(): void
  header(name: string): string | undefined
  /**
   * Reads the request body up to the size limit of the operation. Reads a large body only after `Operation.admit` has
   * succeeded.
   */
  bytes(): Promise<Uint8Array>
  /**
   * Reads and parses the request body as JSON. Returns `null` for a request without a body.
   *
   * @param options `keepNumberText`: for bodies with Iceberg metadata, whose numbers the server writes as the client
   *   sent them
   * @throws HeadgateError `bad-request` when the body is not JSON
   */
  json(options?: Pick<ParseOptions, 'keepNumberText'>): Promise<Json>
}

export interface Response {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Values of `Set-Cookie` headers. */
  readonly cookies?: readonly string[]
  /**
   * Response body. The server sends the chunks of a list one after the other and does not copy them into one buffer.
   */
  readonly body?: string | Uint8Array | readonly Uint8Array[] | null
}

/** Operation of an HTTP API for authenticated callers. */
export interface Operation {
  readonly id: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path pattern for the router, such as `/v1/:prefix/namespaces/:namespace`. */
  readonly path: string
  /**
   * True when the operation calls `Call.begin` before it sends each change. Before that call, the server can cancel
   * the request and report that nothing was changed.
   */
  readonly announces?: boolean
  /** True when the path may also end with a slash. */
  readonly acceptsFinalSlash?: boolean
  /** True when the operation also accepts a client credential in the header `x-api-key`. */
  readonly acceptsApiKey?: boolean
  /**
   * True when clients renew storage credentials with the operation, and end their job when it fails. A server with its
   * maximum number of running requests still runs these operations, up to twice this number. Set for `loadCredentials`
   * of Iceberg and `DescribeTable` of Lance.
   */
  readonly renews?: boolean
  /**
   * Maximum size of the request body in bytes. A lower limit of the server has precedence. Default: `smallBodyBytes`.
   */
  readonly maxBodyBytes?: number
  /**
   * Checks whether the caller may access the object in the path. The server calls it before it reads a body of more
   * than `smallBodyBytes`.
   *
   * @throws HeadgateError when the object does not exist or the caller lacks the privilege
   */
  admit?(call: Call): Promise<unknown>
  /**
   * Returns whether an engine may send this request without a user when the entry of the engine has `firstCalls:
   * config-only`. The pipeline calls it before `handle`. Absent: such an engine needs a user for each request.
   */
  needsNoUser?(query: URLSearchParams): boolean
  handle(call: Call): Promise<Response>
}

/** Configured limits of one request. */
export interface CallLimits {
  readonly maxBodyBytes: number
  readonly maxJsonDepth: number
  /** Maximum number of values in the JSON body of a request. */
  readonly maxJsonValues: number
  readonly requestTimeoutMs: number
}
