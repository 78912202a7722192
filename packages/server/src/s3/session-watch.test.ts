import { HeadgateError } from '@headgate/errors'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SessionAuthorizer } from '../credentials/gateway-authorizer.ts'
import type { S3Session } from '../credentials/s3-session.ts'
import type { StoragePermission } from '../credentials/storage-grant.ts'
import { type SessionWatch, watchSession } from './session-watch.ts'
import { makeClaims } from '../../test/s3/endpoint.ts'

let failure: HeadgateError | null
let asked: number
let aborts: string[]
beforeEach(() => {
  vi.useFakeTimers()
  failure = null
  asked = 0
  aborts = []
})
afterEach(() => vi.useRealTimers())

function watch(permission: StoragePermission): SessionWatch {
  const session: S3Session = { ...makeClaims(), accessKeyId: 'HG', secretAccessKey: 's' }
  const authorizer: SessionAuthorizer = {
    authorize: () => {
      asked += 1
      return failure === null ? Promise.resolve({} as never) : Promise.reject(failure)
    },
  }
  const deps = { authorizer, now: Date.now, recheckMs: 1_000 }
  return watchSession(deps, session, permission, ({ code }) => aborts.push(code))
}

test('watchSession authorizes the session again at each interval until the watch ends', async () => {
  const running = watch('read-write')
  await vi.advanceTimersByTimeAsync(3_500)
  expect(asked).toBe(3)
  running[Symbol.dispose]()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toBe(3)
  expect(vi.getTimerCount()).toBe(0)
})

test('watchSession aborts the request once when the session is refused', async () => {
  using _ = watch('read')
  failure = new HeadgateError('forbidden', 'Access has ended.')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(aborts).toEqual(['AccessDenied'])
})

test('watchSession aborts a write when its session expires, and does not abort a read', async () => {
  using _ = watch('read-write')
  using __ = watch('read')
  await vi.advanceTimersByTimeAsync(3_600_500)
  expect(aborts).toEqual(['ExpiredToken'])
})

test('while the database is unavailable, watchSession aborts a write and lets a read continue', async () => {
  failure = new HeadgateError('unavailable', 'The database cannot be reached.')
  using _ = watch('read-write')
  await vi.advanceTimersByTimeAsync(1_500)
  expect(aborts).toEqual(['ServiceUnavailable'])
  using __ = watch('read')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(aborts).toHaveLength(1)
  failure = new HeadgateError('forbidden', 'Access has ended.')
  await vi.advanceTimersByTimeAsync(1_500)
  expect(aborts).toEqual(['ServiceUnavailable', 'AccessDenied'])
})
