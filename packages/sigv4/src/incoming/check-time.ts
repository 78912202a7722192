import { MAX_EXPIRES_SECONDS } from '../draft.ts'
import { SigV4Error } from '../sigv4-error.ts'
import { formatTimestamp, parseHttpDate, parseTimestamp } from '../timestamp.ts'
import type { Authentication, VerificationPolicy } from './parsed-request.ts'

/** Validated signing time of a request. */
export interface RequestTime {
  readonly timestamp: string
  readonly date: Date
  readonly expiresAt?: Date
}

const MAX_SKEW_MS = 15 * 60 * 1000

/**
 * Checks the signing time of a request with an `Authorization` header. Uses the header `Date` when `x-amz-date` is
 * missing.
 */
export function checkHeaderTime(
  authentication: Authentication,
  sent: { readonly amzDate: string | undefined; readonly httpDate: string | undefined },
  policy: VerificationPolicy,
): RequestTime {
  const { amzDate, httpDate } = sent
  if (amzDate === undefined && httpDate === undefined) {
    throw new SigV4Error('no-date', 'The header x-amz-date is missing')
  }
  // A time from the Date header is converted to the form of x-amz-date, because the signature covers the time in this
  // form.
  const date = amzDate === undefined ? parseHttpDate(httpDate ?? '') : undefined
  const time = checkDay(authentication, date === undefined ? (amzDate ?? '') : formatTimestamp(date))
  if (Math.abs(time.date.getTime() - policy.now.getTime()) > (policy.maxSkewMs ?? MAX_SKEW_MS)) {
    throw new SigV4Error(
      'time-too-skewed',
      `The request was signed at ${time.timestamp}, but the clock of this server is at ${formatTimestamp(policy.now)}`,
    )
  }
  return time
}

/** Checks that a presigned request is valid at the current time. */
export function checkQueryTime(
  authentication: Authentication,
  sent: { readonly timestamp: string; readonly expires: string },
  policy: VerificationPolicy,
): RequestTime {
  const time = checkDay(authentication, sent.timestamp)
  const seconds = /^\d{1,6}$/.test(sent.expires) ? Number(sent.expires) : 0
  const max = Math.min(policy.maxExpiresSeconds ?? MAX_EXPIRES_SECONDS, MAX_EXPIRES_SECONDS)
  if (seconds < 1 || seconds > max) {
    throw new SigV4Error('expiry-out-of-range', `X-Amz-Expires must be from 1 to ${max}`)
  }
  const now = policy.now.getTime()
  if (time.date.getTime() - now > (policy.maxSkewMs ?? MAX_SKEW_MS)) {
    throw new SigV4Error('not-yet-valid', `The request is not valid before ${time.timestamp}`)
  }
  const expiresAt = new Date(time.date.getTime() + seconds * 1000)
  if (now >= expiresAt.getTime()) {
    throw new SigV4Error('expired', `The request was valid until ${formatTimestamp(expiresAt)}`)
  }
  return { ...time, expiresAt }
}

function checkDay(authentication: Authentication, timestamp: string): RequestTime {
  const date = parseTimestamp(timestamp)
  if (date === undefined) {
    throw new SigV4Error('malformed-date', 'The date must have the form 20150830T123600Z')
  }
  if (timestamp.slice(0, 8) !== authentication.scope.date) {
    throw new SigV4Error(
      'scope-date-mismatch',
      'The day in the scope of the signature differs from the date of the request',
    )
  }
  return { timestamp, date }
}
