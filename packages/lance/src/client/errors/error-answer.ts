import { isRedirect, retryAfterSeconds, type RawAnswer } from '@headgate/auth/calls'
import { parseBytes, type Json, type JsonObject } from '@headgate/json'
import { lanceError } from './error-classes.ts'
import type { LanceNamespaceError } from './lance-namespace-error.ts'

/** Characters of a server's text that are kept. */
const LONGEST = 2_000

/** What a status says where there is no code. A 404 could be anything, a route that does not exist too. */
const CODES: Readonly<Record<number, number>> = { 401: 16, 403: 15, 406: 0, 429: 21, 501: 0, 503: 17 }

/** The error that an answer stands for (Lance Namespace specification, `ErrorResponse`). */
export function errorOfAnswer(
  operation: string,
  answer: RawAnswer,
  outcomeUnknown: boolean,
): LanceNamespaceError {
  const { status } = answer
  const { message, code, detail, instance } = errorBody(answer.body)
  return lanceError(message ?? withoutMessage(operation, answer), {
    operation,
    status,
    code: code ?? CODES[status] ?? null,
    detail,
    instance,
    retryAfterSeconds: retryAfterSeconds(answer.headers, Date.now()),
    outcomeUnknown,
  })
}

function withoutMessage(operation: string, answer: RawAnswer): string {
  if (isRedirect(answer))
    return `${operation}: the server answered with a redirect, which is not followed, because it would take the caller's authentication elsewhere and turn POST into GET: set the uri to where it leads`
  return `${operation}: the server answered ${answer.status} without an error message of the Lance protocol`
}

interface ErrorBody {
  readonly message: string | undefined
  readonly code: number | undefined
  readonly detail?: string | undefined
  readonly instance?: string | undefined
}

function errorBody(body: Uint8Array): ErrorBody {
  let value: Json
  try {
    value = parseBytes(body)
  } catch {
    return { message: undefined, code: undefined }
  }
  const flat = asObject(value)
  // Gateways of other protocols nest theirs, and their code is the HTTP status.
  const nested = asObject(flat['error'])
  const code = flat['code']
  return {
    message:
      textOf(flat['error']) ?? textOf(nested['message']) ?? textOf(flat['detail']) ?? textOf(flat['message']),
    code: typeof code === 'number' && Number.isInteger(code) && code >= 0 ? code : undefined,
    detail: textOf(flat['detail']),
    instance: textOf(flat['instance']),
  }
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : undefined
