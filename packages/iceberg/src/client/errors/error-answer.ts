import { isRedirect, retryAfterSeconds, type RawAnswer } from '@headgate/auth/calls'
import { parseBytes, type Json } from '@headgate/json'
import { isJsonObject } from '../../fields.ts'
import { restError } from './error-classes.ts'
import type { IcebergRestError } from './rest-error.ts'

/** Characters of a server's message that are kept. */
const LONGEST = 2_000

interface ErrorAnswer extends RawAnswer {
  readonly operation: string
  readonly now: number
  readonly outcomeUnknown: boolean
}

/** The error that an answer stands for (Iceberg REST specification, `IcebergErrorResponse`). */
export function errorOfAnswer(answer: ErrorAnswer): IcebergRestError {
  const { operation, status, outcomeUnknown } = answer
  const { message, type } = errorModel(answer.body)
  return restError(message ?? withoutModel(answer), {
    operation,
    status,
    type: type ?? null,
    retryAfterSeconds: retryAfterSeconds(answer.headers, answer.now),
    outcomeUnknown,
  })
}

function withoutModel(answer: ErrorAnswer): string {
  const { operation, status } = answer
  if (isRedirect(answer))
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
