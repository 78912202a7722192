import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import { SigV4Error } from '@headgate/sigv4'
import { isOutcomeUnknown } from '@headgate/storage'
import { type S3Code, S3Error, s3Errors } from './s3-error.ts'

/**
 * Converts any error to one that may be sent to an S3 client. Messages of the storage are not sent, because they may contain
 * the location behind the bucket. Messages of signature checks are not sent, because they would help to forge a signature.
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
  // The object may exist or not, so the only correct response is to try again.
  if (isOutcomeUnknown(error)) return 'InternalError'
  switch (error.code) {
    // A session whose relation, warehouse or principal was removed receives the error of an unknown session.
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
