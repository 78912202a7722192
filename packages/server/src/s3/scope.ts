import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission } from '../credentials/storage-grant.ts'
import { S3Error } from './s3-error.ts'

/** Fields of a session that restrict the locations and operations that it may access. */
export type SessionScope = Pick<S3Session, 'prefixes' | 'permission'>

/**
 * Returns true when a canonical location, or a prefix of canonical locations, is within one of the prefixes of the
 * session.
 */
export function isInside(session: SessionScope, location: string): boolean {
  // The prefixes of a session end in a slash, so the prefix `s3://b/t/` does not match `s3://b/t2/x`.
  return session.prefixes.some((prefix) => prefix.endsWith('/') && location.startsWith(prefix))
}

/**
 * Checks that a session permits an access to a location.
 *
 * @throws S3Error `AccessDenied` when it does not
 */
export function checkScope(session: SessionScope, location: string, access: StoragePermission): void {
  checkAccess(session, access)
  if (!isInside(session, location))
    throw denied(`the location ${location} is outside the prefixes of the session`)
}

/**
 * Checks that a session has a prefix in a bucket. The operation then checks the keys in the query or body of its
 * request.
 *
 * @throws S3Error `AccessDenied` when the session has no prefix in the bucket, regardless of whether the bucket
 *   exists
 */
export function checkBucketScope(session: SessionScope, bucket: string, access: StoragePermission): void {
  checkAccess(session, access)
  const known = session.prefixes.some((prefix) => prefix.startsWith(`s3://${bucket}/`))
  if (!known) throw denied(`the bucket ${bucket} is outside the prefixes of the session`)
}

function checkAccess(session: SessionScope, access: StoragePermission): void {
  if (access === 'read-write' && session.permission !== 'read-write')
    throw denied('the session permits only reads')
}

function denied(reason: string): S3Error {
  return new S3Error('AccessDenied', { reason })
}
