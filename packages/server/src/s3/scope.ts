import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission as Access } from '../credentials/storage-grant.ts'
import { S3Error } from './s3-error.ts'

/** What of a session decides what it may touch. */
export type SessionScope = Pick<S3Session, 'prefixes' | 'permission'>

/** True when a canonical location, or a prefix of such, lies in one of the session's prefixes, by whole segments. */
export function isInside(session: SessionScope, location: string): boolean {
  // The prefixes end in a slash: `s3://b/t/` holds no `s3://b/t2/x`.
  return session.prefixes.some((prefix) => prefix.endsWith('/') && location.startsWith(prefix))
}

/** @throws S3Error `AccessDenied` when the session may not do that there */
export function checkScope(session: SessionScope, location: string, access: Access): void {
  checkAccess(session, access)
  if (!isInside(session, location)) throw denied(`${location} is outside the session's prefixes`)
}

/**
 * What needs no more than a bucket. The keys that a list or a body names are checked by its operation.
 *
 * @throws S3Error `AccessDenied` when the session has nothing to do with the bucket, whether it exists or not
 */
export function checkBucketScope(session: SessionScope, bucket: string, access: Access): void {
  checkAccess(session, access)
  const known = session.prefixes.some((prefix) => prefix.startsWith(`s3://${bucket}/`))
  if (!known) throw denied(`bucket ${bucket} is outside the session's prefixes`)
}

function checkAccess(session: SessionScope, access: Access): void {
  if (access === 'read-write' && session.permission !== 'read-write')
    throw denied('the session may only read')
}

function denied(reason: string): S3Error {
  return new S3Error('AccessDenied', { reason })
}
