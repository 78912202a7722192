import {
  describeErrorResponse,
  errorBody,
  errorObject,
  errorText,
  retryAfterSeconds,
  type BufferedResponse,
} from '@headgate/http'
import { restError } from './error-classes.ts'
import type { IcebergRestError } from './rest-error.ts'

interface ErrorResponse {
  readonly operation: string
  readonly response: BufferedResponse
  /** Current time, in epoch ms. */
  readonly now: number
  readonly outcomeUnknown: boolean
}

/** Creates the error for a response (Iceberg REST specification, `IcebergErrorResponse`). */
export function responseError({ operation, response, now, outcomeUnknown }: ErrorResponse): IcebergRestError {
  const { message, type } = errorObject(errorBody(response.body)['error'])
  const described = errorText(message)
  return restError(
    described ?? describeErrorResponse(operation, response, 'the error body of the Iceberg protocol'),
    {
      operation,
      status: response.status,
      type: errorText(type) ?? null,
      retryAfterSeconds: retryAfterSeconds(response.headers, now),
      outcomeUnknown,
    },
  )
}
