import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { checkFirstCall, isWithoutUser } from '../access/first-calls.ts'
import { refuseShutOut } from '../access/shut-out.ts'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import type { AuditLog } from '../events/audit-log.ts'
import { isSigned, type SignedRequests } from '../identity/access-keys/signed-requests.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import { parseBearer } from '../identity/bearer.ts'
import { readClaimedToken } from '../identity/claimed-token.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { ClientAddress } from '../operation/client-address.ts'
import type { FindConsoleCall } from '../operation/console-calls.ts'
import { challenge } from './challenge.ts'
import { corsHeaders, isPreflight, refuseForeignPage } from './cors.ts'
import { errorResponse, toHeadgateError } from './error-response.ts'
import type { RequestMetrics } from './metrics.ts'
import type { ErrorForm } from '../operation/error-form.ts'
import type { CallLimits, Operation, Response } from '../operation/operation.ts'
import { LargeBodies } from './large-bodies.ts'
import { RequestCall } from './request-call.ts'
import { type SignedCall, SignedCalls } from './signed-calls.ts'
import { withinTime } from './time-limit.ts'
import type { Router } from './router.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import { endUnread, isUnread } from '../operation/unread.ts'
import type { Log } from '../log.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'

export interface PipelineDeps {
  readonly router: Router<Operation | OpenOperation>
  readonly authenticator: Authenticator
  readonly signedRequests: SignedRequests
  readonly findConsoleCall: FindConsoleCall
  readonly policies: Policies
  /** Returns the current policy of the caller in the database. */
  currentPolicy(identity: ProvenIdentity): Promise<Policy>
  readonly audit: AuditLog
  readonly metrics: RequestMetrics
  readonly log: Log
  readonly limits: CallLimits & { readonly maxConcurrentRequests: number }
  /**
   * Limits how long the parsing of large documents blocks the event loop. All code of the process that parses
   * such documents shares this object.
   */
  readonly loopTurns: LoopTurns
  readonly corsOrigins: readonly string[]
  /** Error bodies of protocols other than Iceberg, such as Lance, with the paths for which they are used. */
  readonly errorForms: readonly ErrorForm[]
  readonly resolveAddress: ClientAddress
  /**
   * URL of the metadata from which clients learn how to get a token. Every 401 contains this URL in its
   * `WWW-Authenticate` header.
   */
  readonly resourceMetadataUrl: string
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Returns the listener of all requests. Steps: refuse the request when too many are running, find the operation, authenticate
 * the caller by its token or its signature, load its policy, run the operation, respond, audit. An error in any step becomes
 * the error body of the protocol.
 */
export function createPipeline(deps: PipelineDeps): Listener {
  let running = 0
  const largeBodies = new LargeBodies({
    maxBodyBytes: deps.limits.maxBodyBytes,
    patienceMs: deps.limits.requestTimeoutMs / 2,
    turns: deps.loopTurns,
  })
  const signedCalls = new SignedCalls(deps.signedRequests, deps.limits)

  async function withoutSlot<T>(body: Promise<T>): Promise<T> {
    running -= 1
    const arrived = await body.finally(() => (running += 1))
    if (running > deps.limits.maxConcurrentRequests) throw overloaded()
    return arrived
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const method = request.method ?? 'GET'
    const requestId = readRequestId(request)
    const queryId = readQueryId(request)
    const draft: AuditDraft = {
      operation: 'unknown',
      address: deps.resolveAddress(request),
      ...(queryId === undefined ? {} : { queryId }),
    }
    let identity: ProvenIdentity | null = null
    let audited = false
    let failure: HeadgateError | null = null
    let result: Response
    let call: RequestCall | undefined
    let signed: SignedCall | null = null
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    running += 1
    try {
      const fromConsole = deps.findConsoleCall(path)
      const { target, params } = deps.router.match(method, fromConsole?.path ?? path)
      draft.operation = target.id
      // An overloaded server must answer health checks, because an orchestrator otherwise restarts it.
      const asksForHealth = 'open' in target && (method === 'GET' || method === 'HEAD')
      const { maxConcurrentRequests } = deps.limits
      const limit = 'renews' in target && target.renews ? 2 * maxConcurrentRequests : maxConcurrentRequests
      if (running > limit && !asksForHealth) throw overloaded()
      if ('open' in target) {
        if (fromConsole !== null)
          throw new HeadgateError('no-such-route', `The console cannot send ${method} to this path.`)
        result = await target.open(request, deps.limits, withoutSlot)
      } else {
        audited = true
        if (fromConsole === null && isSigned(request.headers.authorization)) {
          const { address = '' } = draft
          signed = await signedCalls.verify(request, { operation: target, address, withoutSlot })
        }
        const current =
          signed?.identity ??
          (await (fromConsole?.authenticate(request, target) ?? authenticate(request, target)))
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
          {
            requestId,
            params,
            search,
            identity: current,
            isFromConsole: fromConsole !== null,
            policy,
            audit: draft,
          },
          {
            limits: deps.limits,
            largeBodies,
            operation: target,
            signedBody: signed?.body ?? null,
            currentPolicy: () => deps.currentPolicy(current),
          },
        )
        const begun = call
        const tryCancel = (): boolean => target.announces === true && begun.tryCancel()
        const work = signed?.body ? handleVerified(target, begun) : target.handle(begun)
        result = await withinTime(work, request, deps.limits.requestTimeoutMs, tryCancel)
      }
    } catch (thrown) {
      failure = toHeadgateError(thrown, requestId)
      if (failure.kind.status >= 500)
        deps.log.error({ err: thrown, requestId, operation: draft.operation }, failure.message)
      if (failure.code === 'unauthenticated') addClaims(draft, request, identity !== null)
      const error = errorResponse(failure, method)
      const form = deps.errorForms.find((each) => each.matches(path))
      const body = form === undefined || method === 'HEAD' ? error.body : form.encode(failure, requestId)
      result = challenged({ ...error, body: body ?? null }, failure, request)
    } finally {
      running -= 1
      call?.close()
      signed?.release()
    }
    send(request, response, result, requestId)
    const milliseconds = performance.now() - startedAt
    deps.metrics.observe(draft.operation, result.status, milliseconds)
    if (audited && draft.written !== true) {
      deps.audit.record({
        draft,
        identity,
        requestId,
        status: result.status,
        milliseconds,
        failure,
        userAgent: request.headers['user-agent'],
      })
    }
  }

  function authenticate(
    { headers }: IncomingMessage,
    { acceptsApiKey = false }: Operation,
  ): ProvenIdentity | Promise<ProvenIdentity> {
    const { authorization } = headers
    return deps.authenticator.authenticate(acceptsApiKey ? headers : { authorization })
  }

  function challenged(result: Response, failure: HeadgateError, request: IncomingMessage): Response {
    if (result.status !== 401) return result
    const { authorization } = request.headers
    const sentToken = authorization !== undefined && !isSigned(authorization)
    const value = challenge(deps.resourceMetadataUrl, failure, sentToken)
    return { ...result, headers: { ...result.headers, 'www-authenticate': value } }
  }

  function send(
    request: IncomingMessage,
    response: ServerResponse,
    result: Response,
    requestId: string,
  ): void {
    const headers: Record<string, string> = { 'x-request-id': requestId, ...result.headers }
    if (deps.corsOrigins.length > 0) {
      const { vary, ...cors } = corsHeaders(request, deps.corsOrigins)
      Object.assign(headers, cors)
      if (vary !== undefined)
        headers['vary'] = headers['vary'] === undefined ? vary : `${headers['vary']}, ${vary}`
    }
    const body = result.body ?? null
    if (body !== null) headers['content-length'] = String(countBytes(body))
    const unread = isUnread(request)
    // Closes the connection after this response. Otherwise, the server would have to read the rest of the body
    // before the next request.
    if (unread) headers['connection'] = 'close'
    if (result.cookies !== undefined) response.setHeader('set-cookie', result.cookies)
    response.writeHead(result.status, headers)
    // After a 408, the server does not wait for the rest of the body, because the client is too slow.
    if (unread && result.status !== 408) {
      response.flushHeaders()
      for (const piece of toPieces(body)) response.write(piece)
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

/**
 * Runs an operation for a signed request. The body is read and compared with the signature first, because the operation
 * may ignore it.
 */
async function handleVerified(operation: Operation, call: RequestCall): Promise<Response> {
  await call.bytes()
  return operation.handle(call)
}

/** Adds the claims of a refused bearer token to the audit event. The response does not contain them. */
function addClaims(draft: AuditDraft, { headers }: IncomingMessage, verified: boolean): void {
  const token = headers.authorization === undefined ? null : parseBearer(headers.authorization)
  if (token === null) return
  const claimed = [{ sentAs: 'Authorization header', verified, ...readClaimedToken(token) }]
  draft.detail = { ...draft.detail, claimed }
}

function countBytes(body: NonNullable<Response['body']>): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.length : body.reduce((sum, piece) => sum + piece.length, 0)
}

function toPieces(body: Response['body']): readonly (string | Uint8Array)[] {
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
function readQueryId(request: IncomingMessage): string | undefined {
  const header = request.headers['x-headgate-query-id']
  return typeof header === 'string' && /^[\x21-\x7e]{1,256}$/.test(header) ? header : undefined
}

function readRequestId(request: IncomingMessage): string {
  const header = request.headers['x-request-id']
  return typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : randomUUID()
}
