import { catalogue, type ErrorCode } from '@headgate/errors'

/** Errors by code, each with the condition under which an operation returns it. */
export type OperationErrors = Readonly<Partial<Record<ErrorCode, string>>>

/** Errors that every operation of the management API can return. */
export const commonErrors: OperationErrors = {
  'bad-request':
    'The path, a parameter or the body is not valid, contains an unknown member, or contradicts the state of an object. The message names it.',
  unauthenticated: 'The request has no access token, or the server does not accept the token.',
  forbidden: 'The caller may use the object, and lacks the privilege that the message names.',
  'no-such-warehouse': 'The warehouse does not exist, or the caller may not use it.',
  'no-such-namespace': 'The namespace does not exist, or the caller may not use it.',
  'no-such-table': 'The table does not exist, or the caller may not use it.',
  'no-such-view': 'The view does not exist, or the caller may not use it.',
  'no-such-object': 'The principal, role, group, key or other object of the request does not exist.',
  'request-timeout': 'The body of the request did not arrive in time.',
  'commit-failed':
    'Other requests changed the same object at the same time. Nothing was changed: send the request again.',
  'payload-too-large': 'The body is too large.',
  'too-many-requests': 'The server handles its maximum number of requests. Retry-After contains the pause.',
  internal: 'The server failed. Its log has the cause under the id in the header X-Request-Id.',
  'commit-state-unknown': 'The server cannot tell whether the change was made. Read the object first.',
  unavailable: 'The database or a storage service does not respond. Retry-After contains the pause.',
}

/** Error of the wire form: HTTP status, `type` of the body, and the condition. */
export interface WireError {
  readonly status: number
  readonly type: string
  readonly when: string
}

/** Returns errors as clients receive them, ordered by status. */
export function toWireErrors(errors: OperationErrors): readonly WireError[] {
  return Object.entries(errors)
    .map(([code, when]) => {
      const { status, iceberg } = catalogue[code as ErrorCode]
      return { status, type: iceberg, when }
    })
    .toSorted((one, other) => one.status - other.status)
}
