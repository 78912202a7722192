import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { type Json, parseBytes, type ParseOptions } from '@headgate/json'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import type { Identity } from '../identity/identity.ts'
import { brokenOff, readBody } from './body.ts'
import { type LargeBodies, smallBodyBytes } from './large-bodies.ts'
import type { Call, Operation } from './operation.ts'

export interface CallLimits {
  readonly maxBodyBytes: number
  readonly maxJsonDepth: number
  /** Values in one JSON body. */
  readonly maxJsonValues: number
  readonly requestTimeoutMs: number
}

/** What a call needs to read its body. */
export interface CallBody {
  readonly limits: CallLimits
  readonly largeBodies: LargeBodies
  readonly operation: Pick<Operation, 'maxBodyBytes' | 'admit'>
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
  readonly #body: CallBody
  #query: URLSearchParams | undefined
  #controller: AbortController | undefined
  #bytes: Promise<Uint8Array> | undefined
  /** Releases what a large body holds. */
  #release: (() => void)[] = []
  #isClosed = false
  #state: 'preparing' | 'begun' | 'called-back' = 'preparing'

  constructor(
    request: IncomingMessage,
    known: Pick<Call, 'requestId' | 'params' | 'search' | 'identity' | 'policy' | 'audit'>,
    body: CallBody,
  ) {
    this.requestId = known.requestId
    this.method = request.method ?? 'GET'
    this.params = known.params
    this.identity = known.identity
    this.policy = known.policy
    this.audit = known.audit
    this.search = known.search
    this.#request = request
    this.#body = body
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
    this.#bytes ??= this.#read()
    return this.#bytes
  }

  async #read(): Promise<Uint8Array> {
    const { limits, operation, largeBodies } = this.#body
    const maxBytes = Math.min(operation.maxBodyBytes ?? smallBodyBytes, limits.maxBodyBytes)
    const bytes = await readBody(this.#request, {
      maxBytes,
      setting: maxBytes === limits.maxBodyBytes ? 'HEADGATE_MAX_BODY_BYTES' : null,
      admission: { freeBytes: smallBodyBytes, admit: (announced) => this.#admit(announced) },
    })
    if (bytes.length > smallBodyBytes)
      this.#hold(await largeBodies.start(this.identity.principal.id, bytes.length))
    return bytes
  }

  async #admit(bytes: number): Promise<void> {
    const { operation, largeBodies } = this.#body
    await operation.admit?.(this)
    this.#hold(largeBodies.reserve(this.identity.principal.id, bytes))
  }

  /** Keeps the function that releases something until the call is closed, which may have happened already. */
  #hold(release: () => void): void {
    if (this.#isClosed) release()
    else this.#release.push(release)
  }

  async json({ keepNumberText = false }: Pick<ParseOptions, 'keepNumberText'> = {}): Promise<Json> {
    const type = this.header('content-type')
    if (type !== undefined && formType.test(type)) {
      throw new HeadgateError('bad-request', 'The body must be sent as Content-Type: application/json.')
    }
    const bytes = await this.bytes()
    const { maxJsonDepth: maxDepth, maxJsonValues: maxValues } = this.#body.limits
    return bytes.length === 0 ? null : parseBytes(bytes, { maxDepth, maxValues, keepNumberText })
  }

  /** Called when the response is decided, also by the time limit. Work of the call that has not begun must not begin then. */
  close(): void {
    this.#isClosed = true
    this.#controller?.abort(answered)
    for (const release of this.#release.splice(0)) release()
  }
}
