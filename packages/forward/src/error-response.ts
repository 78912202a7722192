import type { HeadgateError } from '@headgate/errors'
import { stringify } from '@headgate/json'
import type { Protocol } from './protocol.ts'

/** A complete response that the proxy creates itself, and that is not from the upstream. */
export interface OwnResponse {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/**
 * Creates the response for an error in the protocol of the client: `{error: {message, type, code}}` (Iceberg REST
 * specification, `ErrorModel`) or `{code, error}` (Lance Namespace specification, `ErrorResponse`).
 */
export function errorResponse(error: HeadgateError, protocol: Protocol, method: string): OwnResponse {
  const { status, lance } = error.kind
  const retryAfter = error.retryAfterSeconds ?? (status === 503 || status === 429 ? 1 : undefined)
  const body =
    protocol === 'lance'
      ? { code: lance, error: error.message }
      : { error: { message: error.message, type: icebergType(error, method), code: status } }
  return {
    status,
    headers: [
      ['Content-Type', 'application/json'],
      ...(retryAfter === undefined ? [] : ([['Retry-After', String(retryAfter)]] as const)),
      ...(status === 401 ? ([['WWW-Authenticate', 'Bearer realm="headgate proxy"']] as const) : []),
    ],
    body: stringify(body),
  }
}

/**
 * Returns the Iceberg error type. If the upstream did not respond to a commit, the type states that the outcome of
 * the commit is unknown (`updateTable`, 502 and 504).
 */
function icebergType({ kind }: HeadgateError, method: string): string {
  const lost = kind.status === 502 || kind.status === 504
  return lost && method === 'POST' ? 'CommitStateUnknownException' : kind.iceberg
}
