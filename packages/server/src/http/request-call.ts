import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { type Json, parseBytes, type ParseOptions } from '@headgate/json'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import { parseBearer } from '../identity/bearer.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { type BodyLimits, truncatedBody, readBody } from '../operation/read-body.ts'
import { bodyLimit } from './body-limit.ts'
import { type LargeBodies, smallBodyBytes } from './large-bodies.ts'
import type { Call, CallLimits, Operation } from '../operation/operation.ts'

/** Dependencies by which a `RequestCall` reads the request body and the current policy. */
export interface CallSources {
  readonly limits: CallLimits
  readonly largeBodies: LargeBodies
  readonly operation: Pick<Operation, 'maxBodyBytes' | 'admit'>
  /**
   * Body of a signed request: its bytes if they were already received, otherwise a function that compares the bytes
   * with the signature when they are received.
   */
  readonly signedBody?: Pick<BodyLimits, 'received' | 'check'> | null
  /** Returns the current policy of the caller in the database. */
  currentPolicy(): Promise<Policy>
}

/**
 * Content types that a page of any web site may send without a preflight (Fetch standard, "CORS-safelisted request-header").
 * No client that sends JSON uses one of them.
 */
const formType = /^\s*(?:text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)\s*(?:;|$)/i

/**
 * Abort reason of all calls after their response. All calls share it, because creating an error for each
 * request would cost more than the rest of its clean-up.
 */
const responseSent = new Error('The request has been answered.')

/** `Call` of a node:http request. Reads the body and creates the signal only when the operation uses them. */
export class RequestCall implements Call {
  readonly requestId: string
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly search: string
  readonly identity: ProvenIdentity
  readonly isFromConsole: boolean
  policy: Policy
  readonly audit: AuditDraft
  readonly #request: IncomingMessage
  readonly #sources: CallSources
  #query: URLSearchParams | undefined
  #controller: AbortController | undefined
  #bytes: Promise<Uint8Array> | undefined
  #isAdmitted = false
  /** Releases the memory that is reserved for a large body. */
  #releaseMemory: (() => void) | undefined
  /** Ends the turn of a large body, so that the next large body is processed. */
  #endTurn: (() => void) | undefined
  #isClosed = false
  #state: 'preparing' | 'begun' | 'canceled' = 'preparing'

  constructor(
    request: IncomingMessage,
    known: Pick<Call, 'requestId' | 'params' | 'search' | 'identity' | 'isFromConsole' | 'policy' | 'audit'>,
    sources: CallSources,
  ) {
    this.requestId = known.requestId
    this.method = request.method ?? 'GET'
    this.params = known.params
    this.identity = known.identity
    this.isFromConsole = known.isFromConsole
    this.policy = known.policy
    this.audit = known.audit
    this.search = known.search
    this.#request = request
    this.#sources = sources
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.search)
    return this.#query
  }

  get externalToken(): string | null {
    return this.identity.method === 'external-token' ? parseBearer(this.header('authorization') ?? '') : null
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController()
      this.#controller = controller
      this.#request.once('close', () => {
        if (!this.#request.complete) controller.abort(truncatedBody())
      })
    }
    return this.#controller.signal
  }

  async reloadPolicy(): Promise<void> {
    this.policy = await this.#sources.currentPolicy()
  }

  begin(): void {
    if (this.#state === 'canceled') {
      throw new HeadgateError(
        'unavailable',
        'The time limit of this request ended before anything was changed.',
      )
    }
    this.#state = 'begun'
  }

  /**
   * Cancels the change of this call unless it was already sent to the database. Returns false if it was sent.
   */
  tryCancel(): boolean {
    if (this.#state === 'preparing') this.#state = 'canceled'
    return this.#state === 'canceled'
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
    const { limits, operation, largeBodies, signedBody } = this.#sources
    const bytes = await readBody(this.#request, {
      ...bodyLimit(operation, limits),
      ...signedBody,
      admission: { freeBytes: smallBodyBytes, admit: (announced) => this.#admit(announced) },
    })
    // Memory for a compressed body was reserved for its maximum size.
    if (this.#releaseMemory !== undefined) this.#reserve(bytes.length)
    if (bytes.length > smallBodyBytes) {
      const endTurn = await largeBodies.start(this.identity.principal.id, bytes.length)
      // If the call was closed while it waited for its turn, the turn ends immediately.
      if (this.#isClosed) endTurn()
      else this.#endTurn = endTurn
    }
    return bytes
  }

  async #admit(bytes: number): Promise<void> {
    if (!this.#isAdmitted) await this.#sources.operation.admit?.(this)
    this.#isAdmitted = true
    this.#reserve(bytes)
  }

  /** Reserves memory for the body, and releases the previous reservation. */
  #reserve(bytes: number): void {
    this.#releaseMemory?.()
    this.#releaseMemory = undefined
    if (!this.#isClosed)
      this.#releaseMemory = this.#sources.largeBodies.reserve(this.identity.principal.id, bytes)
  }

  async json({ keepNumberText = false }: Pick<ParseOptions, 'keepNumberText'> = {}): Promise<Json> {
    const type = this.header('content-type')
    if (type !== undefined && formType.test(type)) {
      throw new HeadgateError('bad-request', 'The body must be sent as Content-Type: application/json.')
    }
    const bytes = await this.bytes()
    const { maxJsonDepth: maxDepth, maxJsonValues: maxValues } = this.#sources.limits
    return bytes.length === 0 ? null : parseBytes(bytes, { maxDepth, maxValues, keepNumberText })
  }

  /**
   * Ends the call when its response is known or its time limit has expired. Work of the call that has not
   * started then is not started later.
   */
  close(): void {
    this.#isClosed = true
    this.#controller?.abort(responseSent)
    this.#releaseMemory?.()
    this.#endTurn?.()
  }
}
