import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'

/**
 * Returns the result of an operation. Throws when the time limit of the request expires first. The error states
 * that the request changed nothing if it was not complete, if it only reads, or if its change could be
 * canceled. Otherwise the error states that the outcome is unknown.
 *
 * @throws HeadgateError `request-timeout`, `unavailable` or `commit-state-unknown` when the time limit expires
 */
export async function withinTime<T>(
  work: Promise<T>,
  request: IncomingMessage,
  milliseconds: number,
  tryCancel: () => boolean,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const timer = setTimeout(() => reject(overTime(request, tryCancel)), milliseconds)
  work.then(resolve, reject)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

function overTime(request: IncomingMessage, tryCancel: () => boolean): HeadgateError {
  if (!request.complete) {
    return new HeadgateError(
      'request-timeout',
      'The request did not arrive in time (HEADGATE_REQUEST_TIMEOUT_MS).',
    )
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    return new HeadgateError(
      'unavailable',
      'The request exceeded its time limit (HEADGATE_REQUEST_TIMEOUT_MS). Try again.',
    )
  }
  if (tryCancel()) {
    return new HeadgateError(
      'unavailable',
      'The request exceeded its time limit (HEADGATE_REQUEST_TIMEOUT_MS), and nothing was changed. Try again.',
    )
  }
  return new HeadgateError(
    'commit-state-unknown',
    'The request exceeded its time limit (HEADGATE_REQUEST_TIMEOUT_MS) and is still running. Check whether the change was made.',
  )
}
