import type { IncomingMessage, ServerResponse } from 'node:http'
import { SigningKeys } from '@headgate/sigv4'
import type { S3Session } from '../credentials/s3-session.ts'
import { createPageTokens } from '../keys/page-tokens.ts'
import { locationOf, parseAddress } from './address.ts'
import { authenticate } from './authenticate.ts'
import { errorResponse } from './error-document.ts'
import type { S3Response } from './operation.ts'
import type { S3EndpointDeps } from './deps.ts'
import { parseParameters } from './query.ts'
import { ClientGone, receiveBody } from './receive.ts'
import { clientGoneStatus, createRecorder } from './record.ts'
import { newRequestId } from './request-id.ts'
import { operationOf } from './routes.ts'
import { S3Error } from './s3-error.ts'
import { checkBucketScope, checkScope } from './scope.ts'
import { type SessionWatch, watchSession } from './session-watch.ts'
import { sendResponse } from './send.ts'
import { toS3Error } from './to-s3-error.ts'
import { LoopTurns } from '../concurrency/loop-turns.ts'

const signingKeysHeld = 4096
const defaultPatienceMs = 10_000

/** Facts about a request, collected while it runs, for its record. */
interface Trace {
  operation: string
  session: S3Session | undefined
  location: string | undefined
  /** Runs from the authorization of the request until its end. */
  watch: SessionWatch | undefined
  note: Readonly<Record<string, unknown>> | undefined
}

/**
 * Returns the S3-compatible endpoint of the storage gateway, as a listener for `request` **and `checkContinue`**: it sends
 * `100 Continue` itself. The server around it must not limit the time of a whole request (Node's `requestTimeout`), because
 * large objects may take hours. The endpoint disconnects idle clients.
 *
 * Steps of a request: refuse it when too many are running, verify the signature, open and authorize the session, find the
 * operation, check the prefixes. The body is read only after all of them.
 */
export function createS3Endpoint(
  deps: S3EndpointDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const keys = new SigningKeys({ max: signingKeysHeld })
  const tokens = createPageTokens(deps.ring)
  const record = createRecorder(deps)
  const idleMs = deps.limits.requestTimeoutMs
  const loopTurns = deps.loopTurns ?? new LoopTurns()
  const patienceMs = deps.patienceMs ?? defaultPatienceMs
  let running = 0

  async function answerTo(
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
    const { storage } = await deps.sessions.authorize(session)
    const { path, host } = verified.request
    const address = parseAddress(path, host, deps.hostSuffix ?? null)
    const parameters = parseParameters(target.slice(path.length + 1))
    const operation = operationOf(method, address, parameters, headers)
    trace.operation = operation.id
    const location = address.key === '' ? `s3://${address.bucket}/` : locationOf(address)
    trace.location = location
    if (address.key === '') checkBucketScope(session, address.bucket, operation.access)
    else checkScope(session, location, operation.access)
    signal.throwIfAborted()
    const watch = watchSession(deps, session, operation.access, (reason) => {
      client.abort(reason)
      // Breaks the connection: the client must not take a part of the object for the whole.
      if (operation.access === 'read' && response.headersSent) response.destroy()
    })
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
      tokens,
      limits,
      loopTurns,
      region: regions[0] ?? 'us-east-1',
      now,
      signal,
      confirm: watch.confirm,
      receive: () => receiveBody(request, response, idleMs, signal),
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
    let held = running < deps.limits.maxConcurrentRequests
    if (held) running += 1
    const release = (): void => {
      if (held) running -= 1
      held = false
    }
    try {
      if (!held) throw new S3Error('SlowDown', { reason: 'overloaded' })
      const answer = await answerTo(request, response, trace, client)
      status = answer.status
      trace.note = answer.note
      failure = await sendResponse(answer, exchange)
    } catch (error) {
      const ended: unknown = client.signal.reason
      const isClientGone = ended instanceof ClientGone
      if (response.headersSent || isClientGone) {
        response.destroy()
        failure = isClientGone ? undefined : toS3Error(ended ?? error)
        status = failure?.status ?? clientGoneStatus
      } else {
        failure = toS3Error(error)
        const answer = errorResponse(failure, requestId, request.method ?? '')
        // A client that reads an error slowly must not take the slot of another request.
        release()
        status = answer.status
        await sendResponse(answer, exchange)
      }
    } finally {
      trace.watch?.[Symbol.dispose]()
      release()
    }
    record(request, { ...trace, requestId, status, failure, milliseconds: performance.now() - startedAt })
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      deps.log.error({ err: error }, 'failed to answer an S3 request')
      response.destroy()
    })
  }
}
