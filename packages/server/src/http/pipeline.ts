import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { checkFirstCall, isWithoutUser } from '../access/first-calls.ts'
import { refuseShutOut } from '../access/shut-out.ts'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import type { AuditLog } from '../events/audit-log.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { ClientAddress } from '../operation/client-address.ts'
import { challenge } from './challenge.ts'
import { corsHeaders, isPreflight, refuseForeignPage } from './cors.ts'
import { errorAnswer, toHeadgateError } from './error-answer.ts'
import type { RequestMetrics } from './metrics.ts'
import type { CallLimits, Operation, Response } from '../operation/operation.ts'
import { LargeBodies } from './large-bodies.ts'
import { RequestCall } from './request-call.ts'
import { withinTime } from './time-limit.ts'
import type { Router } from './router.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import { endUnread, isUnread } from '../operation/unread.ts'
import type { Log } from '../log.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'

export interface PipelineDeps {
  readonly router: Router<Operation | OpenOperation>
  readonly authenticator: Authenticator
  readonly policies: Policies
  /** Returns the current policy of the caller in the database. */
  currentPolicy(identity: ProvenIdentity): Promise<Policy>
  readonly audit: AuditLog
  readonly metrics: RequestMetrics
  readonly log: Log
  readonly limits: CallLimits & { readonly maxConcurrentRequests: number }
  /** Shared by all code of the process that parses large documents. */
  readonly loopTurns: LoopTurns
  readonly corsOrigins: readonly string[]
  readonly addressOf: ClientAddress
  /** URL of the metadata from which clients learn how to get a token. In the challenge of every 401. */
  readonly resourceMetadataUrl: string
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Returns the listener of all requests. Steps: refuse the request when too many are running, find the operation, authenticate
 * the caller, load its policy, run the operation, respond, audit. An error in any step becomes the error body of the protocol.
 */
export function createPipeline(deps: PipelineDeps): Listener {
  let running = 0
  const largeBodies = new LargeBodies({
    maxBodyBytes: deps.limits.maxBodyBytes,
    patienceMs: deps.limits.requestTimeoutMs / 2,
    turns: deps.loopTurns,
  })

  async function withoutSlot<T>(body: Promise<T>): Promise<T> {
    running -= 1
    const arrived = await body.finally(() => (running += 1))
    if (running > deps.limits.maxConcurrentRequests) throw overloaded()
    return arrived
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const method = request.method ?? 'GET'
    const requestId = requestIdOf(request)
    const queryId = queryIdOf(request)
    const draft: AuditDraft = {
      operation: 'unknown',
      address: deps.addressOf(request),
      ...(queryId === undefined ? {} : { queryId }),
    }
    let identity: ProvenIdentity | null = null
    let audited = false
    let failure: HeadgateError | null = null
    let answer: Response
    let call: RequestCall | undefined
    running += 1
    try {
      const url = request.url ?? '/'
      const mark = url.indexOf('?')
      const path = mark < 0 ? url : url.slice(0, mark)
      const { target, params } = deps.router.match(method, path)
      draft.operation = target.id
      // An overloaded server must answer health checks, or it is restarted.
      const asksForHealth = 'open' in target && (method === 'GET' || method === 'HEAD')
      if (running > deps.limits.maxConcurrentRequests && !asksForHealth) throw overloaded()
      if ('open' in target) {
        answer = await target.open(request, deps.limits, withoutSlot)
      } else {
        audited = true
        const current = await deps.authenticator.authenticate(request.headers)
        identity = current
        if (current.method === 'anonymous') refuseForeignPage(request, deps.corsOrigins)
        const policy = await deps.policies.get(current)
        refuseShutOut(policy, current)
        const search = mark < 0 ? '' : url.slice(mark + 1)
        if (isWithoutUser(policy)) {
          draft.withoutUser = true
          checkFirstCall(policy, target.needsNoUser?.(new URLSearchParams(search)) === true)
        }
        call = new RequestCall(
          request,
          { requestId, params, search, identity: current, policy, audit: draft },
          {
            limits: deps.limits,
            largeBodies,
            operation: target,
            currentPolicy: () => deps.currentPolicy(current),
          },
        )
        const begun = call
        const tryCancel = (): boolean => target.announces === true && begun.tryCancel()
        answer = await withinTime(target.handle(begun), request, deps.limits.requestTimeoutMs, tryCancel)
      }
    } catch (error) {
      failure = toHeadgateError(error, requestId)
      if (failure.kind.status >= 500)
        deps.log.error({ err: error, requestId, operation: draft.operation }, failure.message)
      answer = challenged(errorAnswer(failure, method), failure, request)
    } finally {
      running -= 1
      call?.close()
    }
    send(request, response, answer, requestId)
    const milliseconds = performance.now() - startedAt
    deps.metrics.observe(draft.operation, answer.status, milliseconds)
    if (audited && draft.written !== true) {
      deps.audit.record({
        draft,
        identity,
        requestId,
        status: answer.status,
        milliseconds,
        failure,
        userAgent: request.headers['user-agent'],
      })
    }
  }

  function challenged(answer: Response, failure: HeadgateError, request: IncomingMessage): Response {
    if (answer.status !== 401) return answer
    const value = challenge(deps.resourceMetadataUrl, failure, request.headers.authorization !== undefined)
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': value } }
  }

  function send(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Response,
    requestId: string,
  ): void {
    const headers: Record<string, string> = { 'x-request-id': requestId, ...answer.headers }
    if (deps.corsOrigins.length > 0) {
      const { vary, ...cors } = corsHeaders(request, deps.corsOrigins)
      Object.assign(headers, cors)
      if (vary !== undefined)
        headers['vary'] = headers['vary'] === undefined ? vary : `${headers['vary']}, ${vary}`
    }
    const body = answer.body ?? null
    if (body !== null) headers['content-length'] = String(lengthOf(body))
    const unread = isUnread(request)
    // The server would otherwise parse the rest of an unread body as the next request, or read it in vain.
    if (unread) headers['connection'] = 'close'
    response.writeHead(answer.status, headers)
    // The time limit has ended: the server does not wait for a slow client any longer.
    if (unread && answer.status !== 408) {
      response.flushHeaders()
      for (const piece of piecesOf(body)) response.write(piece)
      void endUnread(request, response)
      return
    }
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
      response.end(body ?? undefined)
      return
    }
    response.cork()
    for (const piece of body) response.write(piece)
    response.end()
  }

  return (request, response) => {
    if (isPreflight(request)) {
      response.writeHead(204, corsHeaders(request, deps.corsOrigins)).end()
      return
    }
    serve(request, response).catch((error: unknown) => {
      deps.log.error({ err: error }, 'answering failed')
      response.destroy()
    })
  }
}

function lengthOf(body: NonNullable<Response['body']>): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.length : body.reduce((sum, piece) => sum + piece.length, 0)
}

function piecesOf(body: Response['body']): readonly (string | Uint8Array)[] {
  if (body === null || body === undefined) return []
  return typeof body === 'string' || body instanceof Uint8Array ? [body] : body
}

function overloaded(): HeadgateError {
  return new HeadgateError(
    'too-many-requests',
    'The server is handling its maximum number of requests. Send the request again in a second.',
    {
      retryAfterSeconds: 1,
    },
  )
}

/**
 * Returns the query id of the request. Engines whose users can set headers send it, as Spark and PyIceberg do with
 * `header.x-headgate-query-id`. Only a short printable text is accepted.
 */
function queryIdOf(request: IncomingMessage): string | undefined {
  const given = request.headers['x-headgate-query-id']
  return typeof given === 'string' && /^[\x21-\x7e]{1,256}$/.test(given) ? given : undefined
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID()
}
