import type { IncomingMessage, ServerResponse } from 'node:http'
import { SigningKeys } from '@headgate/sigv4'
import type { SessionStorage } from '../credentials/gateway-authorizer.ts'
import type { S3Session } from '../credentials/s3-session.ts'
import { createPageTokens } from '../keys/page-tokens.ts'
import { toLocation, parseAddress } from './address.ts'
import { authenticate } from './authenticate.ts'
import { errorResponse } from './error-document.ts'
import type { S3Response } from './operation.ts'
import type { S3EndpointDeps } from './deps.ts'
import { parseParameters } from './query.ts'
import { ClientGone, receiveChunks } from './receive.ts'
import { clientGoneStatus, createRecorder } from './record.ts'
import { newRequestId } from './request-id.ts'
import { findOperation } from './routes.ts'
import { S3Error } from './s3-error.ts'
import { checkBucketScope, checkPlan, checkScope } from './scope.ts'
import { type SessionWatch, watchSession } from './session-watch.ts'
import { sendResponse } from './send.ts'
import { toS3Error } from './to-s3-error.ts'
import { LoopTurns } from '../concurrency/loop-turns.ts'

const signingKeysHeld = 4096
const defaultPatienceMs = 10_000

/** Details of a running request that the endpoint collects for the metrics, the log and the audit event. */
interface Trace {
  operation: string
  session: S3Session | undefined
  location: string | undefined
  /** Periodic check of the session, from the authorization of the request until the end of the response. */
  watch: SessionWatch | undefined
  note: Readonly<Record<string, unknown>> | undefined
}

/**
 * Returns the S3-compatible endpoint of the storage gateway, as a listener for the events `request` **and
 * `checkContinue`** of an HTTP server, because the endpoint sends `100 Continue` itself. The HTTP server must not
 * limit the total time of a request (Node's `requestTimeout`), because the transfer of a large object may take hours.
 * The endpoint disconnects idle clients.
 *
 * For each request, the endpoint checks the number of running requests, verifies the signature, decrypts the session
 * token, authorizes the session, finds the operation and checks that the session covers the location. It reads the
 * body only after these steps.
 */
export function createS3Endpoint(
  deps: S3EndpointDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const keys = new SigningKeys({ max: signingKeysHeld })
  const pageTokens = createPageTokens(deps.ring)
  const record = createRecorder(deps)
  const idleMs = deps.limits.requestTimeoutMs
  const loopTurns = deps.loopTurns ?? new LoopTurns()
  const patienceMs = deps.patienceMs ?? defaultPatienceMs
  let running = 0

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
    trace: Trace,
    client: AbortController,
  ): Promise<S3Response> {
    const { signal } = client
    const { limits, regions, ring, now } = deps
    const method = request.method ?? ''
    const target = request.url ?? ''
    const { rawHeaders, headers } = request
    const { session, verified } = await authenticate(
      { method, target, rawHeaders },
      { ring, keys, regions, now: now() },
    )
    trace.session = session
    const authorized = await deps.authorizer.authorize(session)
    const { storage } = authorized
    const { path, host } = verified.request
    const address = parseAddress(path, host, deps.hostSuffix ?? null)
    const parameters = parseParameters(target.slice(path.length + 1))
    const operation = findOperation(method, address, parameters, headers)
    trace.operation = operation.id
    const location = address.key === '' ? `s3://${address.bucket}/` : toLocation(address)
    trace.location = location
    if (address.key === '') checkBucketScope(session, address.bucket, operation.permission)
    else checkScope(session, location, operation.permission)
    const planned = (now: SessionStorage): Promise<void> =>
      checkPlan(now, operation.id, { key: address.key, location })
    await planned(authorized)
    signal.throwIfAborted()
    const end = (reason: S3Error): void => {
      client.abort(reason)
      // Closes the connection in the middle of the response, so that the client detects that the object is
      // incomplete.
      if (operation.permission === 'read' && response.headersSent) response.destroy()
    }
    const watch = watchSession(deps, session, operation.permission, end, planned)
    trace.watch = watch
    return operation.handle({
      session,
      storage,
      address,
      location,
      parameters,
      headers,
      rawHeaders,
      verified,
      pageTokens,
      limits,
      loopTurns,
      region: regions[0] ?? 'us-east-1',
      now,
      signal,
      confirm: watch.confirm,
      receive: () => receiveChunks(request, response, idleMs, signal),
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const requestId = newRequestId()
    const trace: Trace = {
      operation: 'unknown',
      session: undefined,
      location: undefined,
      watch: undefined,
      note: undefined,
    }
    const client = new AbortController()
    const exchange = { request, response, requestId, idleMs, patienceMs }
    let status: number
    let failure: S3Error | undefined
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    response.once('close', () => {
      if (!response.writableFinished) client.abort(new ClientGone())
    })
    let hasSlot = running < deps.limits.maxConcurrentRequests
    if (hasSlot) running += 1
    const release = (): void => {
      if (hasSlot) running -= 1
      hasSlot = false
    }
    try {
      if (!hasSlot) throw new S3Error('SlowDown', { reason: 'overloaded' })
      const result = await respond(request, response, trace, client)
      status = result.status
      trace.note = result.note
      failure = await sendResponse(result, exchange)
    } catch (error) {
      const ended: unknown = client.signal.reason
      const isClientGone = ended instanceof ClientGone
      if (response.headersSent || isClientGone) {
        response.destroy()
        failure = isClientGone ? undefined : toS3Error(ended ?? error)
        status = failure?.status ?? clientGoneStatus
      } else {
        failure = toS3Error(error)
        const result = errorResponse(failure, requestId, request.method ?? '')
        // The request does not count as running while an error is sent, so that a client that reads the error slowly
        // does not block other requests.
        release()
        status = result.status
        await sendResponse(result, exchange)
      }
    } finally {
      trace.watch?.[Symbol.dispose]()
      release()
    }
    record(request, { ...trace, requestId, status, failure, milliseconds: performance.now() - startedAt })
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      deps.log.error({ err: error }, 'failed to send the response to an S3 request')
      response.destroy()
    })
  }
}
