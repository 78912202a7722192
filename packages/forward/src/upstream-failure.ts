import { HeadgateError } from '@headgate/errors'

export interface Connection {
  /** Host of the upstream, for error messages. */
  readonly host: string
  /** Whether the connection was established, including TLS. */
  readonly connected: boolean
  /** Whether an earlier request used the same connection. */
  readonly reused: boolean
}

/**
 * Error of a request on a reused connection. The upstream may only have closed the idle connection, so a second
 * attempt can succeed.
 */
class StaleConnection extends Error {}

/** Converts a failure to an error that says whether the request may have been executed. */
export function upstreamFailure(error: Error, { host, connected, reused }: Connection): HeadgateError {
  if (error instanceof HeadgateError) return error
  const code = 'code' in error ? ` (${String(error.code)})` : ''
  if (!connected) {
    const unknownIssuer = /CERT|SIGNATURE/.test(code)
    const fix = unknownIssuer ? 'NODE_EXTRA_CA_CERTS adds certificate authorities.' : 'Is --upstream right?'
    return new HeadgateError('unavailable', `${host} cannot be reached${code}: nothing was sent. ${fix}`, {
      cause: error,
    })
  }
  return new HeadgateError(
    'bad-gateway',
    `${host} broke the connection${code}: it is unknown whether the request was executed. Check the state of the catalog before you repeat the request.`,
    { cause: reused ? new StaleConnection(error.message, { cause: error }) : error },
  )
}

/**
 * Returns whether a request failed on a reused connection, so that a request that changes nothing can be sent again
 * on another connection.
 */
export function wasStale(error: unknown): boolean {
  return error instanceof HeadgateError && error.cause instanceof StaleConnection
}
