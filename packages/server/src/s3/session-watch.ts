import { isHeadgateError } from '@headgate/errors'
import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission } from '../credentials/storage-grant.ts'
import type { S3EndpointDeps } from './deps.ts'
import { S3Error } from './s3-error.ts'
import { toS3Error } from './to-s3-error.ts'

/** Default interval between two checks, in ms. */
export const defaultRecheckMs = 7_500

/** Checks the session of a running request again, until it is disposed. */
export interface SessionWatch extends Disposable {
  /**
   * Authorizes the session again, before a write becomes visible.
   *
   * @throws S3Error `AccessDenied` when its grant does not hold any more, `ExpiredToken` after its end
   */
  confirm(): Promise<void>
}

/**
 * Watches the session of a request: authorizes it again at an interval, and aborts the request when its grant does not
 * hold any more. A write is also aborted at the end of its session, and when the session cannot be authorized. A read that
 * began in time may last longer than the session, as at AWS, while the grant holds.
 *
 * The authorizer caches decisions and renews them in the background, so a check costs a look-up.
 */
export function watchSession(
  { sessions, now, recheckMs = defaultRecheckMs }: Pick<S3EndpointDeps, 'sessions' | 'now' | 'recheckMs'>,
  session: S3Session,
  permission: StoragePermission,
  abort: (reason: S3Error) => void,
): SessionWatch {
  const writes = permission === 'read-write'
  let isDisposed = false
  let timer = schedule()

  async function confirm(): Promise<void> {
    if (writes && now() >= session.expiresAt) throw new S3Error('ExpiredToken')
    try {
      await sessions.authorize(writes ? session : { ...session, expiresAt: Infinity })
    } catch (error) {
      throw toS3Error(error)
    }
  }

  async function check(): Promise<void> {
    const failure = await confirm().then(() => null, toS3Error)
    if (isDisposed) return
    // A read continues while the database is unavailable.
    if (failure !== null && (writes || !isHeadgateError(failure.cause, 'unavailable'))) abort(failure)
    else timer = schedule()
  }

  function schedule(): NodeJS.Timeout {
    const untilEnd = writes ? Math.max(0, session.expiresAt - now()) : Infinity
    return setTimeout(() => void check(), Math.min(recheckMs, untilEnd)).unref()
  }

  return {
    confirm,
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
    },
  }
}
