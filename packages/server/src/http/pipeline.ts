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
import type { Identity } from '../identity/identity.ts'
import type { ClientAddress } from './client-address.ts'
import { challenge } from './challenge.ts'
import { corsHeaders, isPreflight, refuseForeignPage } from './cors.ts'
import { errorAnswer, toHeadgateError } from './error-answer.ts'
import type { RequestMetrics } from './metrics.ts'
import type { Answer, Operation } from './operation.ts'
import { LargeBodies } from './large-bodies.ts'
import { type CallLimits, RequestCall } from './request-call.ts'
import { rerunStale } from './rerun-stale.ts'
import { withinTime } from './time-limit.ts'
import type { Router } from './router.ts'
import { Turns } from './turns.ts'
import type { OpenOperation } from './open-operation.ts'
import { endUnread, isUnread } from './unread.ts'
import type { Log } from '../log.ts'
import type { LoopTurns } from '../loop-turns.ts'

export interface PipelineParts {
  readonly router: Router<Operation | OpenOperation>
  readonly authenticator: Authenticator
  readonly policies: Policies
  /** The caller's policy as it is in the store now. */
  currentPolicy(identity: Identity): Promise<Policy>
  readonly audit: AuditLog
  readonly metrics: RequestMetrics
  readonly log: Log
  readonly limits: CallLimits & { readonly maxConcurrentRequests: number }
  /** Shared by everything in the process that parses large documents. */
  readonly loopTurns: LoopTurns
  readonly corsOrigins: readonly string[]
  readonly addressOf: ClientAddress
  /** Where clients learn how to get a token: in the challenge of every 401. */
  readonly resourceMetadataUrl: string
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * The way of every request: shed when there are too many, find the operation, find out who calls and what they may
 * do, run it, answer, write down what happened. An error on any step becomes the protocol's own error body.
 */
export function createPipeline(parts: PipelineParts): Listener {
  let running = 0
  const turns = new Turns()
  const largeBodies = new LargeBodies({
    maxBodyBytes: parts.limits.maxBodyBytes,
    patienceMs: parts.limits.requestTimeoutMs / 2,
    turns: parts.loopTurns,
  })

  async function aside<T>(arriving: Promise<T>): Promise<T> {
    running -= 1
    const arrived = await arriving.finally(() => (running += 1))
    if (running > parts.limits.maxConcurrentRequests) throw overloaded()
    return arrived
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const method = request.method ?? 'GET'
    const requestId = requestIdOf(request)
    const queryId = queryIdOf(request)
    const draft: AuditDraft = {
      operation: 'unknown',
      address: parts.addressOf(request),
      ...(queryId === undefined ? {} : { queryId }),
    }
    let identity: Identity | null = null
    let audited = false
    let failure: HeadgateError | null = null
    let answer: Answer
    let call: RequestCall | undefined
    running += 1
    try {
      const url = request.url ?? '/'
      const mark = url.indexOf('?')
      const path = mark < 0 ? url : url.slice(0, mark)
      const { target, params } = parts.router.match(method, path)
      draft.operation = target.id
      // Whoever asks whether the server lives must hear so, or it is killed for being busy.
      const asksForHealth = 'open' in target && (method === 'GET' || method === 'HEAD')
      if (running > parts.limits.maxConcurrentRequests && !asksForHealth) throw overloaded()
      if ('open' in target) {
        answer = await target.open(request, parts.limits, aside)
      } else {
        audited = true
        const current = await parts.authenticator.authenticate(request.headers)
        identity = current
        if (current.method === 'anonymous') refuseForeignPage(request, parts.corsOrigins)
        const policy = await parts.policies.get(current)
        refuseShutOut(policy, current)
        const search = mark < 0 ? '' : url.slice(mark + 1)
        if (isWithoutUser(policy)) {
          draft.withoutUser = true
          checkFirstCall(policy, target.needsNoUser?.(new URLSearchParams(search)) === true)
        }
        call = new RequestCall(
          request,
          { requestId, params, search, identity: current, policy, audit: draft },
          { limits: parts.limits, largeBodies, operation: target },
        )
        const begun = call
        const work = rerunStale(begun, target, { turns, currentPolicy: () => parts.currentPolicy(current) })
        const callBack = (): boolean => target.announces === true && begun.callBack()
        answer = await withinTime(work, request, parts.limits.requestTimeoutMs, callBack)
      }
    } catch (error) {
      failure = toHeadgateError(error, requestId)
      if (failure.kind.status >= 500)
        parts.log.error({ err: error, requestId, operation: draft.operation }, failure.message)
      answer = challenged(errorAnswer(failure, method), failure, request)
    } finally {
      running -= 1
      call?.close()
    }
    send(request, response, answer, requestId)
    const milliseconds = performance.now() - startedAt
    parts.metrics.observe(draft.operation, answer.status, milliseconds)
    if (audited && draft.written !== true) {
      parts.audit.record({
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

  function challenged(answer: Answer, failure: HeadgateError, request: IncomingMessage): Answer {
    if (answer.status !== 401) return answer
    const value = challenge(parts.resourceMetadataUrl, failure, request.headers.authorization !== undefined)
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': value } }
  }

  function send(request: IncomingMessage, response: ServerResponse, answer: Answer, requestId: string): void {
    const headers: Record<string, string> = { 'x-request-id': requestId, ...answer.headers }
    if (parts.corsOrigins.length > 0) {
      const { vary, ...cors } = corsHeaders(request, parts.corsOrigins)
      Object.assign(headers, cors)
      if (vary !== undefined)
        headers['vary'] = headers['vary'] === undefined ? vary : `${headers['vary']}, ${vary}`
    }
    const body = answer.body ?? null
    if (body !== null) headers['content-length'] = String(lengthOf(body))
    const unread = isUnread(request)
    // What is left of an unread body would otherwise be taken for the next request, or read for nothing.
    if (unread) headers['connection'] = 'close'
    response.writeHead(answer.status, headers)
    // Who was slower than allowed is not waited for any longer.
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
      response.writeHead(204, corsHeaders(request, parts.corsOrigins)).end()
      return
    }
    serve(request, response).catch((error: unknown) => {
      parts.log.error({ err: error }, 'answering failed')
      response.destroy()
    })
  }
}

function lengthOf(body: NonNullable<Answer['body']>): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.length : body.reduce((sum, piece) => sum + piece.length, 0)
}

function piecesOf(body: Answer['body']): readonly (string | Uint8Array)[] {
  if (body === null || body === undefined) return []
  return typeof body === 'string' || body instanceof Uint8Array ? [body] : body
}

function overloaded(): HeadgateError {
  return new HeadgateError(
    'too-many-requests',
    'The server has more requests than it takes at once: wait a second and send it again.',
    {
      retryAfterSeconds: 1,
    },
  )
}

/**
 * Engines that let their users set headers can say which query a call belongs to, as Spark and PyIceberg do with
 * `header.x-headgate-query-id`. Anything but a short printable text is not taken.
 */
function queryIdOf(request: IncomingMessage): string | undefined {
  const given = request.headers['x-headgate-query-id']
  return typeof given === 'string' && /^[\x21-\x7e]{1,256}$/.test(given) ? given : undefined
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID()
}
