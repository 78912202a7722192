import type { SessionStorage } from '../credentials/gateway-authorizer.ts'
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
export function checkScope(session: SessionScope, location: string, permission: StoragePermission): void {
  checkPermission(session, permission)
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
export function checkBucketScope(session: SessionScope, bucket: string, permission: StoragePermission): void {
  checkPermission(session, permission)
  const known = session.prefixes.some((prefix) => prefix.startsWith(`s3://${bucket}/`))
  if (!known) throw denied(`the bucket ${bucket} is outside the prefixes of the session`)
}

/** Operations of sessions that are limited to the files of a plan. */
const planOperations = ['GetObject', 'HeadObject', 'HeadBucket', 'GetBucketLocation']

/**
 * Checks that a session that is limited to the files of a plan permits an operation on a location.
 *
 * @param key key of the object; empty for an operation on a bucket
 * @throws S3Error `AccessDenied` when it does not
 */
export async function checkPlan(
  { admits }: SessionStorage,
  operation: string,
  { key, location }: { readonly key: string; readonly location: string },
): Promise<void> {
  if (admits === undefined) return
  if (!planOperations.includes(operation)) throw denied(`the plan of the session permits no ${operation}`)
  if (key !== '' && !(await admits(location)))
    throw denied(`the location ${location} is not a file of the plan of the session`)
}

function checkPermission(session: SessionScope, permission: StoragePermission): void {
  if (permission === 'read-write' && session.permission !== 'read-write')
    throw denied('the session permits only reads')
}

function denied(reason: string): S3Error {
  return new S3Error('AccessDenied', { reason })
}
