import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission } from '../credentials/storage-grant.ts'
import { S3Error } from './s3-error.ts'

/** Fields of a session that restrict its access. */
export type SessionScope = Pick<S3Session, 'prefixes' | 'permission'>

/** Returns true when a canonical location, or a prefix of one, is within one of the session's prefixes, by whole segments. */
export function isInside(session: SessionScope, location: string): boolean {
  // The prefixes end in a slash, so `s3://b/t/` does not contain `s3://b/t2/x`.
  return session.prefixes.some((prefix) => prefix.endsWith('/') && location.startsWith(prefix))
}

/** @throws S3Error `AccessDenied` when the session does not permit this access to the location */
export function checkScope(session: SessionScope, location: string, access: StoragePermission): void {
  checkAccess(session, access)
  if (!isInside(session, location)) throw denied(`${location} is outside the session's prefixes`)
}

/**
 * Checks access to a bucket. The operation checks the keys in its prefix or body.
 *
 * @throws S3Error `AccessDenied` when the session has no prefix in the bucket, whether the bucket exists or not
 */
export function checkBucketScope(session: SessionScope, bucket: string, access: StoragePermission): void {
  checkAccess(session, access)
  const known = session.prefixes.some((prefix) => prefix.startsWith(`s3://${bucket}/`))
  if (!known) throw denied(`bucket ${bucket} is outside the session's prefixes`)
}

function checkAccess(session: SessionScope, access: StoragePermission): void {
  if (access === 'read-write' && session.permission !== 'read-write')
    throw denied('the session may only read')
}

function denied(reason: string): S3Error {
  return new S3Error('AccessDenied', { reason })
}
