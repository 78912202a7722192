import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { type Json, parseBytes } from '@headgate/json'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import type { Identity } from '../identity/identity.ts'
import { brokenOff, readBody } from './body.ts'
import type { Call } from './operation.ts'

export interface CallLimits {
  readonly maxBodyBytes: number
  readonly maxJsonDepth: number
  readonly requestTimeoutMs: number
}

/**
 * The types of body that a page of any web site may send without asking (Fetch standard, "CORS-safelisted
 * request-header"): nobody who means JSON says one of these.
 */
const formType = /^\s*(?:text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)\s*(?:;|$)/i

/** The reason of every such abort; making one a request would cost more than the rest of its clean-up. */
const answered = new Error('The request has been answered.')

/** A `Call` over a request of node:http. The body is read and a signal is made only when somebody asks for it. */
export class RequestCall implements Call {
  readonly requestId: string
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly search: string
  readonly identity: Identity
  policy: Policy
  readonly audit: AuditDraft
  readonly #request: IncomingMessage
  readonly #limits: CallLimits
  #query: URLSearchParams | undefined
  #controller: AbortController | undefined
  #bytes: Promise<Uint8Array> | undefined
  #state: 'preparing' | 'begun' | 'called-back' = 'preparing'

  constructor(
    request: IncomingMessage,
    known: Pick<Call, 'requestId' | 'params' | 'search' | 'identity' | 'policy' | 'audit'>,
    limits: CallLimits,
  ) {
    this.requestId = known.requestId
    this.method = request.method ?? 'GET'
    this.params = known.params
    this.identity = known.identity
    this.policy = known.policy
    this.audit = known.audit
    this.search = known.search
    this.#request = request
    this.#limits = limits
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.search)
    return this.#query
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController()
      this.#controller = controller
      this.#request.once('close', () => {
        if (!this.#request.complete) controller.abort(brokenOff())
      })
    }
    return this.#controller.signal
  }

  begin(): void {
    if (this.#state === 'called-back') {
      throw new HeadgateError('unavailable', 'The time of this request was over before anything was changed.')
    }
    this.#state = 'begun'
  }

  /** Keeps the change from beginning; false when it has begun. */
  callBack(): boolean {
    if (this.#state === 'preparing') this.#state = 'called-back'
    return this.#state === 'called-back'
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  bytes(): Promise<Uint8Array> {
    this.#bytes ??= readBody(this.#request, this.#limits.maxBodyBytes, 'HEADGATE_MAX_BODY_BYTES')
    return this.#bytes
  }

  async json(): Promise<Json> {
    const type = this.header('content-type')
    if (type !== undefined && formType.test(type)) {
      throw new HeadgateError('bad-request', 'The body must be sent as Content-Type: application/json.')
    }
    const bytes = await this.bytes()
    return bytes.length === 0 ? null : parseBytes(bytes, { maxDepth: this.#limits.maxJsonDepth })
  }

  /** Called when the answer is decided, also because time is over. What still waits for its turn by then must not begin any more. */
  close(): void {
    this.#controller?.abort(answered)
  }
}
