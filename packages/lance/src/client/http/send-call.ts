import { retryPolicy, type HeaderList } from '@headgate/auth'
import { finalAnswer, type HttpSettings } from '@headgate/auth/calls'
import type { Upload } from '../arrow/upload.ts'
import { errorOfAnswer } from '../errors/error-answer.ts'
import { LanceConnectionError } from '../errors/lance-connection-error.ts'
import { attemptTransport, type LanceAnswer } from './attempt-transport.ts'
import { keepingIdentity } from './kept-identity.ts'

export interface LanceHttp extends HttpSettings {
  readonly firstRetryMs: number
}

export interface HttpCall {
  /** `operationId`, for errors. */
  readonly operation: string
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: HeaderList
  /** Those that the request itself asks for. */
  readonly context: HeaderList
  readonly upload: Upload
  /** Whether nothing changes when it is carried out, so that it may be twice. */
  readonly repeatable: boolean
  readonly streams: boolean
  readonly timeoutMs: number | undefined
  readonly maxRetries: number | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Sends a request until it has an answer that is final.
 *
 * @throws {LanceNamespaceError} for every answer that is not 2xx
 * @throws {LanceConnectionError} when there is none
 * @throws {AuthError} when it cannot be authenticated
 * @throws the signal's reason, and what the source of an upload throws
 */
export async function sendCall(http: LanceHttp, call: HttpCall): Promise<LanceAnswer> {
  const { operation, method, url, headers, context, upload, repeatable, streams, signal } = call
  const policy = retryPolicy({
    repeatable: () => repeatable,
    maxRetries: call.maxRetries ?? http.maxRetries,
    firstWaitMs: http.firstRetryMs,
  })
  return await finalAnswer<LanceAnswer>(
    { method, url, headers, body: upload.body },
    {
      base: http.headers,
      context,
      auth: keepingIdentity(http.auth, context),
      signal,
      changes: !repeatable,
      transport: attemptTransport({ ...http, streams, timeoutMs: call.timeoutMs ?? http.timeoutMs }),
      retry: (attempt, tries) => (upload.resendable() ? policy(attempt, tries) : undefined),
      noAnswer: (why, outcomeUnknown, options) =>
        upload.failure() ?? new LanceConnectionError(operation, why, outcomeUnknown, options),
      refusal: (answer, outcomeUnknown) => errorOfAnswer(operation, answer, outcomeUnknown),
    },
  )
}
