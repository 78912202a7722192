import type { Json, ParseOptions } from '@headgate/json'
import type { Identity } from '../identity/identity.ts'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'

/** One request on its way through the rooms. */
export interface Call {
  readonly requestId: string
  readonly method: string
  /** Path parameters, still percent-encoded: the operation decodes them by its protocol's rules. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The query as it came, without its mark: for a value whose parts are told apart before they are decoded. */
  readonly search: string
  readonly identity: Identity
  /** What the caller may do, as of now; `decide` turns it into decisions. */
  readonly policy: Policy
  /** Aborts when the client goes away or the request's time is over. */
  readonly signal: AbortSignal
  /** What the audit event of this call will say; the operation fills in what it touches. */
  readonly audit: AuditDraft
  /**
   * From now on the change may happen. To be called right before it is sent, by operations that announce.
   *
   * @throws HeadgateError `unavailable` when the caller has been told meanwhile that nothing was changed
   */
  begin(): void
  header(name: string): string | undefined
  /** The body, within the operation's limit. Of a large one, nothing is read before the operation admits the caller. */
  bytes(): Promise<Uint8Array>
  /** The body as JSON; 400 when it is not. An absent body is `null`. */
  json(options?: Pick<ParseOptions, 'keepNumberText'>): Promise<Json>
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Several pieces are sent one after the other without being copied together. */
  readonly body?: string | Uint8Array | readonly Uint8Array[] | null
}

/** One operation of a face of the server. `path` is a router pattern such as `/v1/:prefix/namespaces/:namespace`. */
export interface Operation {
  readonly id: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** It calls `begin` before each change that it makes: until then its caller can be told for certain that there was none. */
  readonly announces?: boolean
  /** Largest body, in bytes, unless the server's limit is lower. Default: `smallBodyBytes`. */
  readonly maxBodyBytes?: number
  /**
   * Decides on what the path names whether the caller may send a body of more than `smallBodyBytes`. Called before such
   * a body is read. Throws the error of a missing object, or of a missing privilege.
   */
  admit?(call: Call): Promise<unknown>
  /** When it must be run again it waits until others like it are done: all of them change the same. */
  readonly takesTurns?: boolean
  /** Whether an engine may call it while it knows no user, where its entry allows the first calls only. Absent: never. */
  needsNoUser?(query: URLSearchParams): boolean
  handle(call: Call): Promise<Answer>
}
