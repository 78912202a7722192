import { HeadgateError } from '@headgate/errors'

export interface Connection {
  /** Host of the upstream, for messages. */
  readonly host: string
  /** Whether the connection was established, TLS included. */
  readonly connected: boolean
  /** Whether the connection was used before. */
  readonly reused: boolean
}

/** Marks a failure that may only mean that the upstream closed a kept connection. */
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
    `${host} broke the connection${code}: it is unknown whether the request was executed. Look before you repeat it.`,
    { cause: reused ? new StaleConnection(error.message, { cause: error }) : error },
  )
}

/** Returns whether a request that changes nothing should be sent again, on another connection. */
export function wasStale(error: unknown): boolean {
  return error instanceof HeadgateError && error.cause instanceof StaleConnection
}
