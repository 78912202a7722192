import { bufferedTransport, finalResponse, retryPolicy } from '@headgate/http'
import type { BufferedResponse, HeaderList, HttpSettings } from '@headgate/http'
import type { Upload } from '../arrow/upload.ts'
import { LanceConnectionError } from '../errors/lance-connection-error.ts'
import { responseError } from '../errors/response-error.ts'
import { keepIdentity } from './keep-identity.ts'

/** Settings with which the client of a namespace sends its requests. */
export interface LanceHttp extends HttpSettings {
  /** Wait before the second attempt of a request, in ms. */
  readonly firstRetryMs: number
}

/** A request of the Lance Namespace protocol. */
export interface HttpCall {
  /** Name of the operation in the specification (`operationId`), for error messages. */
  readonly operation: string
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: HeaderList
  /** Headers that the caller set in this request, such as headers for its identity. */
  readonly context: HeaderList
  readonly upload: Upload
  /** Whether the operation changes nothing, so that the server may execute the request twice. */
  readonly repeatable: boolean
  /** Whether the body of a successful response is returned as a stream. */
  readonly streams: boolean
  readonly timeoutMs: number | undefined
  readonly maxRetries: number | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Sends a request until its response is final.
 *
 * @throws {LanceNamespaceError} for a response that is not 2xx
 * @throws {LanceConnectionError} when there is no response
 * @throws {AuthError} when the request cannot be authenticated
 * @throws the reason of the signal, and what the source of an upload throws
 */
export async function sendCall(http: LanceHttp, call: HttpCall): Promise<BufferedResponse> {
  const { operation, method, url, headers, context, upload, repeatable, streams, signal } = call
  const timeoutMs = call.timeoutMs ?? http.timeoutMs
  const policy = retryPolicy({
    repeatable: () => repeatable,
    maxRetries: call.maxRetries ?? http.maxRetries,
    firstWaitMs: http.firstRetryMs,
  })
  return await finalResponse<BufferedResponse>(
    { method, url, headers, body: upload.body },
    {
      base: http.headers,
      context,
      auth: keepIdentity(http.auth, context),
      ...(http.hooks && { hooks: http.hooks }),
      signal,
      changes: !repeatable,
      transport: bufferedTransport({ ...http, streams, timeoutMs, limit: 'idle' }),
      retry: (attempt, tries) => (upload.resendable() ? policy(attempt, tries) : undefined),
      connectionError: (why, outcomeUnknown, options) =>
        upload.failure() ?? new LanceConnectionError(operation, why, outcomeUnknown, options),
      responseError: (response, outcomeUnknown) => responseError(operation, response, outcomeUnknown),
    },
  )
}
