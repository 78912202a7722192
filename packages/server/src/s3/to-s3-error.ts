import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import { SigV4Error } from '@headgate/sigv4'
import { isOutcomeUnknown } from '../storage/storage-errors.ts'
import { type S3Code, S3Error, s3Errors } from './s3-error.ts'

/**
 * Whatever was thrown, as an S3 client may be told it. Messages of the storage stay here: they may name the place behind
 * the bucket, and those of signature checks would help a forger.
 */
export function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error
  if (error instanceof SigV4Error)
    return new S3Error(known(error.kind.s3), { reason: `${error.code}: ${error.message}`, cause: error })
  // The storage wraps the error that ended the request: the reason of its signal, or an error of its body.
  if (isHeadgateError(error) && error.cause instanceof S3Error && !isOutcomeUnknown(error)) return error.cause
  if (isHeadgateError(error))
    return new S3Error(codeOf(error), { reason: `${error.code}: ${error.message}`, cause: error })
  return new S3Error('InternalError', { reason: 'internal', cause: error })
}

function codeOf(error: HeadgateError): S3Code {
  // The object may be there or not: an answer that says "try again" is the only true one.
  if (isOutcomeUnknown(error)) return 'InternalError'
  switch (error.code) {
    // A session whose relation, warehouse or principal is gone is told what every stranger is told.
    case 'no-such-table':
    case 'no-such-view':
    case 'no-such-namespace':
    case 'no-such-warehouse':
      return 'AccessDenied'
    default:
      return known(error.kind.s3 ?? (error.kind.status < 500 ? 'InvalidRequest' : 'InternalError'))
  }
}

function known(code: string): S3Code {
  return isS3Code(code) ? code : 'InvalidRequest'
}

function isS3Code(code: string): code is S3Code {
  return Object.hasOwn(s3Errors, code)
}
