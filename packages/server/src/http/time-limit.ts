import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'

/**
 * The outcome of an operation, or when it takes longer than a request may, what is known then. Whether it has changed
 * anything is sure while the request is still arriving, when it only reads, and when it could be called back.
 *
 * @throws HeadgateError `request-timeout`, `unavailable` or `commit-state-unknown` when the time is over
 */
export async function withinTime<T>(
  work: Promise<T>,
  request: IncomingMessage,
  milliseconds: number,
  callBack: () => boolean,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const timer = setTimeout(() => reject(overTime(request, callBack)), milliseconds)
  work.then(resolve, reject)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

function overTime(request: IncomingMessage, callBack: () => boolean): HeadgateError {
  if (!request.complete) {
    return new HeadgateError(
      'request-timeout',
      'The request did not arrive in time (HEADGATE_REQUEST_TIMEOUT_MS).',
    )
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    return new HeadgateError(
      'unavailable',
      'This took longer than a request may (HEADGATE_REQUEST_TIMEOUT_MS): try again.',
    )
  }
  if (callBack()) {
    return new HeadgateError(
      'unavailable',
      'This took longer than a request may (HEADGATE_REQUEST_TIMEOUT_MS), and nothing was changed: try again.',
    )
  }
  return new HeadgateError(
    'commit-state-unknown',
    'This took longer than a request may (HEADGATE_REQUEST_TIMEOUT_MS), and is still going on: look whether it happened.',
  )
}
