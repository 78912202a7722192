import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import { SigV4Error } from '@headgate/sigv4'
import { isOutcomeUnknown } from '@headgate/storage'
import { type S3Code, S3Error, s3Errors } from './s3-error.ts'

/**
 * Converts any error to an S3 error that the server may send to a client. The result does not contain messages of the
 * storage, because they may contain the location behind the bucket, and no messages of signature checks, because they
 * could help to forge a signature.
 */
export function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error
  if (error instanceof SigV4Error)
    return new S3Error(known(error.kind.s3), { reason: `${error.code}: ${error.message}`, cause: error })
  // The storage wraps the error that aborted the request (the reason of its signal, or an error of its body) in its
  // own error.
  if (isHeadgateError(error) && error.cause instanceof S3Error && !isOutcomeUnknown(error)) return error.cause
  if (isHeadgateError(error))
    return new S3Error(toS3Code(error), { reason: `${error.code}: ${error.message}`, cause: error })
  return new S3Error('InternalError', { reason: 'internal', cause: error })
}

function toS3Code(error: HeadgateError): S3Code {
  // It is unknown whether the object was written, so the response asks the client to try again.
  if (isOutcomeUnknown(error)) return 'InternalError'
  switch (error.code) {
    // When the table, warehouse or principal of a session was removed, the client receives the error for an unknown
    // session.
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
