import type { ErrorCode } from '@headgate/errors'
import { systemCode, type WriteOutcome } from './storage-errors.ts'

/** Meaning of an error of the S3 client. */
export interface Fault {
  readonly code: ErrorCode
  /** Whether the same request may succeed when it is sent again. */
  readonly retry: boolean
  /** Known effect of a write that failed with this error. */
  readonly outcome: WriteOutcome
  /** Predicate of a sentence that begins with "The object store". */
  readonly what: string
}

const definite = { retry: false, outcome: 'not-written' } as const
const passing = { code: 'unavailable', retry: true } as const

/** Error codes that occur before a request leaves this machine. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
])
const certificate = /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL|HOSTNAME_MISMATCH)/

/** Classifies an error that the S3 client threw. */
export function faultOf(error: unknown): Fault {
  const status = statusOf(error)
  return status === undefined ? withoutAnswer(error) : answered(status, nameOf(error))
}

function answered(status: number, name: string): Fault {
  switch (name) {
    case 'NoSuchUpload':
      return { code: 'no-such-upload', ...definite, what: 'knows no such upload' }
    case 'NoSuchBucket':
      return { code: 'unavailable', ...definite, what: 'has no such bucket' }
    case 'RequestTimeTooSkewed':
      // The client corrects its clock by the response and signs the request again.
      return {
        ...passing,
        outcome: 'not-written',
        what: "has another time than this server: check the server's clock",
      }
    case 'ConditionalRequestConflict':
    case 'OperationAborted':
      return {
        code: 'precondition-failed',
        retry: true,
        outcome: 'not-written',
        what: 'detected a conflicting write',
      }
    case 'RequestTimeout':
      return { ...passing, outcome: 'not-written', what: 'received the body too slowly' }
    case 'EntityTooLarge':
      return { code: 'payload-too-large', ...definite, what: 'does not accept an object of this size' }
    default:
      return byStatus(status, name)
  }
}

function byStatus(status: number, name: string): Fault {
  if (status >= 500 && status !== 501) {
    return { ...passing, outcome: 'unknown', what: `answered ${status} ${name}` }
  }
  switch (status) {
    case 304:
    case 412:
      return { code: 'precondition-failed', ...definite, what: 'reports that the condition does not hold' }
    case 401:
    case 403:
      return { code: 'forbidden', ...definite, what: "refuses access: check the warehouse's storage keys" }
    case 404:
      return { code: 'no-such-file', ...definite, what: 'has no such object' }
    case 409:
      return { code: 'precondition-failed', ...definite, what: 'detected a conflicting write' }
    case 416:
      return { code: 'invalid-range', ...definite, what: 'has no such bytes of the object' }
    case 408:
    case 429:
      return { ...passing, outcome: 'not-written', what: `answered ${status} ${name}` }
    case 501:
      return { code: 'unsupported', ...definite, what: 'does not support this operation' }
    default:
      // Redirects are refused: they would send signed requests to a host that is not configured.
      if (status < 400) {
        return {
          code: 'unavailable',
          ...definite,
          what: 'redirects to another host: check endpoint, region and bucket',
        }
      }
      return { code: 'bad-request', ...definite, what: `answered ${status} ${name}` }
  }
}

function withoutAnswer(error: unknown): Fault {
  const code = systemCode(error)
  if (neverSent.has(code) || isConnectTimeout(error)) {
    return { ...passing, outcome: 'not-written', what: 'cannot be reached' }
  }
  if (certificate.test(code))
    return { ...passing, ...definite, what: 'has a certificate that this machine does not trust' }
  if (nameOf(error) === 'CredentialsProviderError')
    return { ...passing, ...definite, what: 'cannot be used without keys' }
  return { ...passing, outcome: 'unknown', what: 'did not answer' }
}

/**
 * Detects a connection timeout by its message: the client's handler has no error code that differs from a late
 * response.
 */
function isConnectTimeout(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'TimeoutError' &&
    error.message.includes('did not establish a connection')
  )
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const metadata = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}
