import { failed, type Diagnosis } from '../finding.ts'
import type { RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { describeS3, readS3Error, type S3Error } from './s3-error.ts'
import type { S3Target } from './s3-target.ts'

/**
 * Returns a diagnosis with the reason why the store refused to return the metadata file, or null if the file was read.
 */
export function judgeRead(
  context: DoctorContext,
  target: S3Target,
  response: RawResponse,
  location: string,
): Diagnosis | null {
  if (response.status >= 200 && response.status < 300) return null
  const error = readS3Error(response)
  const evidence = `Reading ${location}: ${describeS3(error)}.`
  return (
    judgeRegion(target, error, evidence) ??
    judgeKeys(context, error, evidence) ??
    judgeSignature(target, error, evidence) ??
    judgeObject(target, error, evidence)
  )
}

function judgeRegion(
  target: S3Target,
  { code, status, region }: S3Error,
  evidence: string,
): Diagnosis | null {
  const codes = [
    'AuthorizationHeaderMalformed',
    'PermanentRedirect',
    'IllegalLocationConstraintException',
    'InvalidRegion',
  ]
  const isOther = region !== undefined && region !== target.region
  if (!(codes.includes(code ?? '') || (status === 301 && isOther) || (status === 400 && isOther))) return null
  return failed('storage-region', {
    evidence: `${evidence} Requests are signed for ${target.region}.`,
    remedy: `Set ${target.regionSetting} to ${region ?? 'the region of the bucket'}.`,
    report: reports.wrongRegion,
  })
}

function judgeKeys(
  { settings }: DoctorContext,
  { code, message = '' }: S3Error,
  evidence: string,
): Diagnosis | null {
  if (code === 'RequestTimeTooSkewed') {
    return failed('storage-clock', {
      evidence,
      remedy: 'Synchronize the clocks of this machine and of the store (NTP).',
      report: reports.clock,
    })
  }
  const isUnknown = [
    'InvalidAccessKeyId',
    'InvalidTokenId',
    'InvalidToken',
    'ExpiredToken',
    'InvalidClientTokenId',
  ]
  if (!isUnknown.includes(code ?? '') && !/security token.*invalid/i.test(message)) return null
  return failed('storage-keys-refused', {
    evidence: `${evidence} The store does not know the keys, or the keys have expired.`,
    remedy: `Let the catalog vend keys of this store: its token service (STS) and the endpoint must belong to the same store. If the keys are in ${settings.source}, renew them.`,
  })
}

function judgeSignature(
  { endpointSetting }: S3Target,
  { code }: S3Error,
  evidence: string,
): Diagnosis | null {
  if (code !== 'SignatureDoesNotMatch') return null
  return failed('storage-signature', {
    evidence,
    remedy: `A proxy between changes the host or the path, or the secret key is wrong. Set ${endpointSetting} to the address of the store itself, or let the proxy keep the header Host.`,
  })
}

function judgeObject(target: S3Target, { code, status }: S3Error, evidence: string): Diagnosis {
  if (code === 'NoSuchBucket') {
    return failed('storage-bucket', {
      evidence,
      remedy: `The store at ${target.endpoint ?? 'Amazon'} has no such bucket. Check ${target.endpointSetting}, and path style for stores that are not Amazon (s3.path-style-access=true).`,
    })
  }
  if (status === 404) {
    return failed('metadata-missing', {
      evidence,
      remedy: `The catalog refers to a file that this store does not have. Check that ${target.endpointSetting} is the store of the warehouse, and whether files were deleted.`,
    })
  }
  if (status === 403 || status === 401) {
    return failed('storage-denied', {
      evidence,
      remedy:
        'The keys do not allow this read. Extend the role or policy with which the catalog mints keys to all locations of the warehouse.',
      report: reports.keysWithoutData,
    })
  }
  return failed('storage-failed', {
    evidence,
    remedy: 'Read the log of the store, or of the proxy in front of it.',
  })
}
