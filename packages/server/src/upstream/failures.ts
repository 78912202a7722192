import { HeadgateError } from '@headgate/errors'

/** Returns the error for a request that could not be sent to the upstream catalog. */
export function unreachable(warehouse: string, cause: unknown): HeadgateError {
  return new HeadgateError(
    'unavailable',
    `The upstream of warehouse ${warehouse} cannot be reached, and nothing was sent: try again later. An administrator can test it with headgate warehouse check ${warehouse}.`,
    { cause, retryAfterSeconds: 5 },
  )
}

/**
 * Returns the error for a change that the upstream catalog accepted, but with a response that this server
 * cannot read.
 */
export function unreadableOutcome(warehouse: string, cause: unknown): HeadgateError {
  return new HeadgateError(
    'commit-state-unknown',
    `The upstream of warehouse ${warehouse} accepted the change with a malformed response, so its outcome is unknown: load the object before you repeat the request.`,
    { cause },
  )
}

/** Returns the error for a change that the upstream catalog may have made, although its response was lost. */
export function unknownOutcome(warehouse: string, cause: unknown): HeadgateError {
  return new HeadgateError(
    'commit-state-unknown',
    `The response of the upstream of warehouse ${warehouse} was lost, so it is unknown whether the change was made: load the object before you repeat the request.`,
    { cause },
  )
}

/** Codes of errors that occur before any byte of the request is sent. */
export const neverSent: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Returns the code of an error of Node or undici, or an empty text when the error has no code. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/**
 * Returns the error for an object that was created in the upstream catalog, but whose owner could not be
 * stored in the database of this server.
 */
export function unrecorded(warehouse: string): HeadgateError {
  return new HeadgateError(
    'commit-state-unknown',
    `The upstream of warehouse ${warehouse} created the object, but its owner was not recorded: load the object. If you may not see it, ask a manager of the warehouse for a grant.`,
  )
}
