import type { ErrorCode } from '@headgate/errors'
import { systemCode, type WriteOutcome } from './storage-errors.ts'

/** What an error of the S3 client means. */
export interface Fault {
  readonly code: ErrorCode
  /** The same request may succeed when it is sent again. */
  readonly retry: boolean
  /** What is known about the effect of a write that failed so. */
  readonly outcome: WriteOutcome
  /** Follows "The object store" in a sentence. */
  readonly what: string
}

const definite = { retry: false, outcome: 'not-written' } as const
const passing = { code: 'unavailable', retry: true } as const

/** Failures before a request can have left this machine. */
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

/** Reads an error that the S3 client threw. */
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
      // The client corrects its clock by the answer and signs again.
      return {
        ...passing,
        outcome: 'not-written',
        what: "disagrees about the time: check this machine's clock",
      }
    case 'ConditionalRequestConflict':
    case 'OperationAborted':
      return {
        code: 'precondition-failed',
        retry: true,
        outcome: 'not-written',
        what: 'saw a conflicting write',
      }
    case 'RequestTimeout':
      return { ...passing, outcome: 'not-written', what: 'got the body too slowly' }
    case 'EntityTooLarge':
      return { code: 'payload-too-large', ...definite, what: 'does not take an object of this size' }
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
      return { code: 'precondition-failed', ...definite, what: 'says that the condition does not hold' }
    case 401:
    case 403:
      return { code: 'forbidden', ...definite, what: "refuses access: check the warehouse's storage keys" }
    case 404:
      return { code: 'no-such-file', ...definite, what: 'has no such object' }
    case 409:
      return { code: 'precondition-failed', ...definite, what: 'saw a conflicting write' }
    case 416:
      return { code: 'invalid-range', ...definite, what: 'has no such bytes of the object' }
    case 408:
    case 429:
      return { ...passing, outcome: 'not-written', what: `answered ${status} ${name}` }
    case 501:
      return { code: 'unsupported', ...definite, what: 'cannot do this' }
    default:
      // A redirect is not followed: it would carry signed requests to a host that nobody configured.
      if (status < 400) {
        return {
          code: 'unavailable',
          ...definite,
          what: 'points elsewhere: check endpoint, region and bucket',
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
    return { ...passing, ...definite, what: 'has no certificate that this machine trusts' }
  if (nameOf(error) === 'CredentialsProviderError')
    return { ...passing, ...definite, what: 'cannot be asked without keys' }
  return { ...passing, outcome: 'unknown', what: 'did not answer' }
}

/** The client's handler has no code for it: nothing but its sentence tells it from a late answer. */
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
