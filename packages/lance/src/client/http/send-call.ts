import {
  failureCode,
  isAuthError,
  mayHaveHappened,
  retryPolicy,
  send,
  type Attempt,
  type AuthProvider,
  type Fetch,
  type HeaderList,
} from '@headgate/auth'
import type { Upload } from '../arrow/upload.ts'
import { errorOfAnswer } from '../errors/error-answer.ts'
import { LanceConnectionError } from '../errors/lance-connection-error.ts'
import { AnswerTooLong, attemptTransport } from './attempt-transport.ts'
import { IdleTimeout } from './idle-limit.ts'
import { keepingIdentity } from './kept-identity.ts'
import type { RawAnswer } from './raw-answer.ts'

export interface HttpSettings {
  readonly fetch: Fetch
  readonly auth: AuthProvider
  /** Sent with every request. */
  readonly headers: HeaderList
  readonly timeoutMs: number
  readonly maxRetries: number
  readonly firstRetryMs: number
  readonly maxResponseBytes: number
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
export async function sendCall(settings: HttpSettings, call: HttpCall): Promise<RawAnswer> {
  const { operation, method, url, headers, context, upload, signal } = call
  const { auth, headers: base, fetch, maxResponseBytes } = settings
  const policy = retryPolicy({
    repeatable: () => call.repeatable,
    maxRetries: call.maxRetries ?? settings.maxRetries,
    firstWaitMs: settings.firstRetryMs,
  })
  let outcomeUnknown = false
  const note = (attempt: Attempt<RawAnswer>): void => {
    outcomeUnknown ||= !call.repeatable && mayHaveHappened(attempt)
  }
  let answer: RawAnswer
  try {
    answer = await send<RawAnswer>(
      { method, url, headers, body: upload.body },
      {
        base,
        context,
        auth: keepingIdentity(auth, context),
        ...(signal && { signal }),
        transport: attemptTransport({
          fetch,
          maxResponseBytes,
          timeoutMs: call.timeoutMs ?? settings.timeoutMs,
          streams: call.streams,
        }),
        retry: (attempt, tries) => {
          note(attempt)
          const final = attempt.error instanceof AnswerTooLong || !upload.resendable()
          return final ? undefined : policy(attempt, tries)
        },
      },
    )
  } catch (error) {
    signal?.throwIfAborted()
    if (upload.failure() !== undefined) throw upload.failure()
    if (isAuthError(error) || isOwn(error)) throw error
    note({ error })
    throw new LanceConnectionError(operation, reasonOf(error, url), outcomeUnknown, { cause: error })
  }
  if (answer.status >= 200 && answer.status < 300) return answer
  note({ response: answer })
  throw errorOfAnswer(operation, answer, outcomeUnknown)
}

/** What somebody else of ours threw, to be passed on as it is. */
const isOwn = (error: unknown): boolean => error instanceof Error && error.name === 'HeadgateError'

function reasonOf(error: unknown, url: string): string {
  if (error instanceof IdleTimeout || error instanceof AnswerTooLong) return error.message
  // Without the path and query, which name tables and may hold storage options.
  return `no answer from ${new URL(url).origin}: ${failureCode(error) ?? 'the connection failed'}`
}
