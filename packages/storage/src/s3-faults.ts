import type { ErrorCode } from '@headgate/errors'
import { systemCode, type WriteOutcome } from './storage-errors.ts'

/** Meaning of an error of the S3 client: error code for callers, effect of a write, and whether a retry can succeed. */
export interface Fault {
  readonly code: ErrorCode
  /** Whether the same request may succeed when it is sent again. */
  readonly retry: boolean
  /** Whether a write that failed with this error may have written the object. */
  readonly outcome: WriteOutcome
  /** Description of the error without a full stop, for an error message. */
  readonly what: string
}

const definite = { retry: false, outcome: 'not-written' } as const
const passing = { code: 'unavailable', retry: true } as const

/** Codes of errors that occur before a request is sent. */
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

/**
 * Classifies an error that the S3 client threw: whether a retry can succeed, and whether a write may have happened.
 */
export function classifyError(error: unknown): Fault {
  const status = readStatus(error)
  return status === undefined ? classifyNoResponse(error) : classifyResponse(status, readName(error))
}

function classifyResponse(status: number, name: string): Fault {
  switch (name) {
    case 'NoSuchUpload':
      return { code: 'no-such-upload', ...definite, what: 'The object store knows no such upload' }
    case 'NoSuchBucket':
      return { code: 'unavailable', ...definite, what: 'The object store has no such bucket' }
    case 'RequestTimeTooSkewed':
      // A retry succeeds, because the client corrects its clock by the time in the response and signs the request
      // again.
      return {
        ...passing,
        outcome: 'not-written',
        what: 'The object store refused the time of this server: check the clock of the server',
      }
    case 'ExpiredToken':
    case 'InvalidToken':
      // S3 returns status 400. The keys of a session are refused, as with status 403.
      return { code: 'forbidden', ...definite, what: 'The object store refuses the session of the keys' }
    case 'ConditionalRequestConflict':
    case 'OperationAborted':
      return {
        code: 'precondition-failed',
        retry: true,
        outcome: 'not-written',
        what: 'The object store detected a conflicting write',
      }
    case 'RequestTimeout':
      return { ...passing, outcome: 'not-written', what: 'The object store received the body too slowly' }
    case 'EntityTooLarge':
      return {
        code: 'payload-too-large',
        ...definite,
        what: 'The object store does not accept an object of this size',
      }
    default:
      return classifyStatus(status, name)
  }
}

function classifyStatus(status: number, name: string): Fault {
  if (status >= 500 && status !== 501) {
    return { ...passing, outcome: 'unknown', what: `The object store answered ${status} ${name}` }
  }
  switch (status) {
    case 304:
    case 412:
      return {
        code: 'precondition-failed',
        ...definite,
        what: 'The object store reports that the condition does not hold',
      }
    case 401:
    case 403:
      return {
        code: 'forbidden',
        ...definite,
        what: "The object store refuses access: check the warehouse's storage keys",
      }
    case 404:
      return { code: 'no-such-file', ...definite, what: 'The object store has no such object' }
    case 409:
      return {
        code: 'precondition-failed',
        ...definite,
        what: 'The object store detected a conflicting write',
      }
    case 416:
      return {
        code: 'invalid-range',
        ...definite,
        what: 'The object store cannot return the requested range, because the object is smaller',
      }
    case 408:
    case 429:
      return { ...passing, outcome: 'not-written', what: `The object store answered ${status} ${name}` }
    case 501:
      return { code: 'unsupported', ...definite, what: 'The object store does not support this operation' }
    default:
      // Redirects are refused: they would send signed requests to a host that is not configured.
      if (status < 400) {
        return {
          code: 'unavailable',
          ...definite,
          what: 'The object store redirects to another host: check endpoint, region and bucket',
        }
      }
      return { code: 'bad-request', ...definite, what: `The object store answered ${status} ${name}` }
  }
}

function classifyNoResponse(error: unknown): Fault {
  const code = systemCode(error)
  if (neverSent.has(code) || isConnectTimeout(error)) {
    return { ...passing, outcome: 'not-written', what: 'The object store cannot be reached' }
  }
  if (certificate.test(code))
    return {
      ...passing,
      ...definite,
      what: 'The object store has a certificate that this machine does not trust',
    }
  if (readName(error) === 'CredentialsProviderError')
    return { ...passing, ...definite, what: 'The object store cannot be used without keys' }
  return { ...passing, outcome: 'unknown', what: 'The object store did not answer' }
}

/**
 * Detects a connection timeout by its message, because the request handler of the SDK uses the same error code for a
 * connection timeout and for a late response.
 */
function isConnectTimeout(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'TimeoutError' &&
    error.message.includes('did not establish a connection')
  )
}

function readName(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

function readStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const metadata = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}
