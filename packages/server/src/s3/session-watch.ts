import { isHeadgateError } from '@headgate/errors'
import type { SessionStorage } from '../credentials/gateway-authorizer.ts'
import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission } from '../credentials/storage-grant.ts'
import type { S3EndpointDeps } from './deps.ts'
import { S3Error } from './s3-error.ts'
import { toS3Error } from './to-s3-error.ts'

/** Default interval in ms at which the server authorizes the session of a running request again. */
const defaultRecheckMs = 7_500

/** Checks at an interval that the session of a running request is still authorized, until it is disposed. */
export interface SessionWatch extends Disposable {
  /**
   * Authorizes the session again, before a write becomes visible.
   *
   * @throws S3Error `AccessDenied` when the session was revoked or the principal has lost the privilege,
   *   `ExpiredToken` after the end of the session
   */
  confirm(): Promise<void>
}

/**
 * Authorizes the session of a request again at an interval, and aborts the request when the session was revoked or
 * the principal has lost the privilege. Also aborts a write when its session ends, and when the database is
 * unavailable. A read that started before the end of the session may continue after it, as at AWS.
 *
 * The authorizer caches its decisions and renews them in the background, so a check is only a look-up in the cache.
 *
 * @param permission permission that the operation needs, not that of the session
 */
export function watchSession(
  { authorizer, now, recheckMs = defaultRecheckMs }: Pick<S3EndpointDeps, 'authorizer' | 'now' | 'recheckMs'>,
  session: S3Session,
  permission: StoragePermission,
  abort: (reason: S3Error) => void,
  check: (authorized: SessionStorage) => Promise<void> = () => Promise.resolve(),
): SessionWatch {
  const writes = permission === 'read-write'
  let isDisposed = false
  let timer = schedule()

  async function confirm(): Promise<void> {
    if (writes && now() >= session.expiresAt) throw new S3Error('ExpiredToken')
    try {
      // A read that has begun may continue after its session has expired. The authorizer would refuse an expired
      // session, so it receives the session of a read without an expiry.
      await check(await authorizer.authorize(writes ? session : { ...session, expiresAt: Infinity }))
    } catch (error) {
      throw toS3Error(error)
    }
  }

  async function recheck(): Promise<void> {
    const failure = await confirm().then(() => null, toS3Error)
    if (isDisposed) return
    // A read continues while the database is unavailable.
    if (failure !== null && (writes || !isHeadgateError(failure.cause, 'unavailable'))) abort(failure)
    else timer = schedule()
  }

  function schedule(): NodeJS.Timeout {
    const untilEnd = writes ? Math.max(0, session.expiresAt - now()) : Infinity
    return setTimeout(() => void recheck(), Math.min(recheckMs, untilEnd)).unref()
  }

  return {
    confirm,
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
    },
  }
}
