import { retryAfterMs } from '@headgate/auth'
import { parseBytes, type Json } from '@headgate/json'
import { isJsonObject } from '../../fields.ts'
import { restError } from './error-classes.ts'
import type { IcebergRestError } from './rest-error.ts'

/** Characters of a server's message that are kept. */
const LONGEST = 2_000

interface ErrorAnswer {
  readonly operation: string
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
  readonly now: number
  readonly outcomeUnknown: boolean
}

/** The error that an answer stands for (Iceberg REST specification, `IcebergErrorResponse`). */
export function errorOfAnswer(answer: ErrorAnswer): IcebergRestError {
  const { operation, status, outcomeUnknown } = answer
  const { message, type } = errorModel(answer.body)
  const wait = retryAfterMs(answer.headers.get('retry-after'), answer.now)
  return restError(message ?? withoutModel(answer), {
    operation,
    status,
    type: type ?? null,
    retryAfterSeconds: wait === undefined ? undefined : Math.ceil(wait / 1_000),
    outcomeUnknown,
  })
}

function withoutModel({ operation, status, headers }: ErrorAnswer): string {
  // Following would send the caller's authentication to a place that nobody configured.
  // A browser shows nothing of a redirect, not even its status.
  if (status === 0 || (status >= 300 && status < 400 && headers.has('location')))
    return `${operation}: the server answered with a redirect, which is not followed: set the uri to where it leads`
  return `${operation}: the server answered ${status} without the error body of the Iceberg protocol`
}

function errorModel(body: Uint8Array): { message?: string; type?: string } {
  let value: Json
  try {
    value = parseBytes(body)
  } catch {
    return {}
  }
  const error = isJsonObject(value) ? value['error'] : undefined
  if (!isJsonObject(error)) return {}
  const { message, type } = error
  return {
    ...(typeof message === 'string' && message !== '' ? { message: message.slice(0, LONGEST) } : {}),
    ...(typeof type === 'string' && type !== '' ? { type } : {}),
  }
}
