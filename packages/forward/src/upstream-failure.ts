import { HeadgateError } from '@headgate/errors'

export interface Connection {
  /** The upstream's, for messages. */
  readonly host: string
  /** Whether there was one, TLS included. */
  readonly connected: boolean
  /** Whether it had been used before. */
  readonly reused: boolean
}

/** Marks what may only mean that a kept connection was closed at the other end. */
class StaleConnection extends Error {}

/** What a failed request is to be told as: whether it can have had an effect is what clients must know. */
export function upstreamFailure(error: Error, { host, connected, reused }: Connection): HeadgateError {
  if (error instanceof HeadgateError) return error
  const code = 'code' in error ? ` (${String(error.code)})` : ''
  if (!connected) {
    const unknownIssuer = /CERT|SIGNATURE/.test(code)
    const fix = unknownIssuer ? 'NODE_EXTRA_CA_CERTS names further authorities.' : 'Is --upstream right?'
    return new HeadgateError('unavailable', `${host} cannot be reached${code}: nothing was sent. ${fix}`, {
      cause: error,
    })
  }
  return new HeadgateError(
    'bad-gateway',
    `${host} broke the connection${code}: whether it did what it was asked is not known. Look before you repeat it.`,
    { cause: reused ? new StaleConnection(error.message, { cause: error }) : error },
  )
}

/** Whether a request that changes nothing should be sent once more, on another connection. */
export function wasStale(error: unknown): boolean {
  return error instanceof HeadgateError && error.cause instanceof StaleConnection
}
