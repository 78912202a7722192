import type { IncomingMessage, ServerResponse } from 'node:http'
import { SigningKeys } from '@headgate/sigv4'
import type { S3Session } from '../credentials/s3-session.ts'
import { createPageTokens } from '../keys/page-tokens.ts'
import { locationOf, parseAddress } from './address.ts'
import { authenticate } from './authenticate.ts'
import { errorAnswer } from './error-document.ts'
import type { S3Answer } from './operation.ts'
import type { S3EndpointParts } from './parts.ts'
import { parseParameters } from './query.ts'
import { ClientGone, receiveBody } from './receive.ts'
import { clientGoneStatus, createRecorder } from './record.ts'
import { newRequestId } from './request-id.ts'
import { operationOf } from './routes.ts'
import { S3Error } from './s3-error.ts'
import { checkBucketScope, checkScope } from './scope.ts'
import { type SessionWatch, watchSession } from './session-watch.ts'
import { sendAnswer } from './send.ts'
import { toS3Error } from './to-s3-error.ts'
import { LoopTurns } from '../loop-turns.ts'

const signingKeysHeld = 4096
const defaultPatienceMs = 10_000

/** What is known of a request so far, for the record of it. */
interface Trace {
  operation: string
  session: S3Session | undefined
  location: string | undefined
  /** Runs from the authorization of the request to its end. */
  watch: SessionWatch | undefined
  note: Readonly<Record<string, unknown>> | undefined
}

/**
 * The S3-compatible endpoint of the storage gateway, as a listener for `request` **and `checkContinue`**: it says
 * itself when a client may send its body. The server around it must not limit the time of a whole request (Node's
 * `requestTimeout`), as objects may take hours; what stands still is hung up on here.
 *
 * The way of a request: shed when there are too many, signature, session, does the session still hold, operation,
 * scope; and only then is anything of its body read.
 */
export function createS3Endpoint(
  parts: S3EndpointParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const keys = new SigningKeys({ max: signingKeysHeld })
  const tokens = createPageTokens(parts.ring)
  const record = createRecorder(parts)
  const idleMs = parts.limits.requestTimeoutMs
  const loopTurns = parts.loopTurns ?? new LoopTurns()
  const patienceMs = parts.patienceMs ?? defaultPatienceMs
  let running = 0

  async function answerTo(
    request: IncomingMessage,
    response: ServerResponse,
    trace: Trace,
    client: AbortController,
  ): Promise<S3Answer> {
    const { signal } = client
    const { limits, regions, ring, now } = parts
    const method = request.method ?? ''
    const target = request.url ?? ''
    const { rawHeaders, headers } = request
    const { session, verified } = await authenticate(
      { method, target, rawHeaders },
      { ring, keys, regions, now: now() },
    )
    trace.session = session
    const { storage } = await parts.sessions.authorize(session)
    const { path, host } = verified.request
    const address = parseAddress(path, host, parts.hostSuffix ?? null)
    const parameters = parseParameters(target.slice(path.length + 1))
    const operation = operationOf(method, address, parameters, headers)
    trace.operation = operation.id
    const location = address.key === '' ? `s3://${address.bucket}/` : locationOf(address)
    trace.location = location
    if (address.key === '') checkBucketScope(session, address.bucket, operation.access)
    else checkScope(session, location, operation.access)
    signal.throwIfAborted()
    const watch = watchSession(parts, session, operation.access, (reason) => {
      client.abort(reason)
      // An object is cut off: the client must not take what it has for the whole.
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
    let held = running < parts.limits.maxConcurrentRequests
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
      failure = await sendAnswer(answer, exchange)
    } catch (error) {
      const ended: unknown = client.signal.reason
      const isClientGone = ended instanceof ClientGone
      if (response.headersSent || isClientGone) {
        response.destroy()
        failure = isClientGone ? undefined : toS3Error(ended ?? error)
        status = failure?.status ?? clientGoneStatus
      } else {
        failure = toS3Error(error)
        const answer = errorAnswer(failure, requestId, request.method ?? '')
        // Whoever lingers over an error must not keep others out.
        release()
        status = answer.status
        await sendAnswer(answer, exchange)
      }
    } finally {
      trace.watch?.[Symbol.dispose]()
      release()
    }
    record(request, { ...trace, requestId, status, failure, milliseconds: performance.now() - startedAt })
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      parts.log.error({ err: error }, 'answering an S3 request failed')
      response.destroy()
    })
  }
}
