import { expect, test } from 'vitest'
import { AttemptLimiter, type AttemptSource } from './attempt-limiter.ts'

const address = '10.0.0.1'

const limiterAt = (now: () => number = () => 0): AttemptLimiter =>
  new AttemptLimiter({ perClient: 3, perAddress: 10, windowMs: 60_000 }, now)
const source = (client: string, secret: string | null = null, from = address): AttemptSource => ({
  address: from,
  client,
  secret,
})
function fail(limiter: AttemptLimiter, times: number, of: AttemptSource): void {
  for (let time = 0; time < times; time += 1) limiter.failed(of)
}

test('AttemptLimiter delays new client names at an address with many failures, and does not delay a client that has authenticated from this address', () => {
  const limiter = limiterAt()
  limiter.succeeded(source('etl'))
  for (let guess = 0; guess < 10; guess += 1) limiter.failed(source(`guess-${guess}`))
  expect(limiter.secondsToWait(source('new'))).toBe(60)
  expect(limiter.secondsToWait(source('etl'))).toBe(0)
  expect(limiter.secondsToWait(source('new', null, '10.0.0.2'))).toBe(0)
})

test('AttemptLimiter counts the failures of a client name that has authenticated from an address only for this name', () => {
  const limiter = limiterAt()
  limiter.succeeded(source('etl'))
  fail(limiter, 3, source('etl'))
  expect(limiter.secondsToWait(source('etl'))).toBe(60)
})

test('AttemptLimiter does not delay a secret that was accepted at an address after failures of other secrets of the same client name', () => {
  const limiter = limiterAt()
  limiter.succeeded(source('etl', 'right'))
  for (let guess = 0; guess < 20; guess += 1) limiter.failed(source('etl', `wrong-${guess}`))
  expect(limiter.secondsToWait(source('etl', 'right'))).toBe(0)
  expect(limiter.secondsToWait(source('etl', 'wrong-1'))).toBe(60)
  expect(limiter.secondsToWait(source('other', 'right'))).toBe(60)
})

test('AttemptLimiter delays a previously accepted secret after an attempt with it fails', () => {
  const limiter = limiterAt()
  limiter.succeeded(source('etl', 'right'))
  fail(limiter, 3, source('etl', 'right'))
  expect(limiter.secondsToWait(source('etl', 'right'))).toBe(60)
})

test('AttemptLimiter no longer counts a failure after its time window has ended', () => {
  let now = 0
  const limiter = limiterAt(() => now)
  fail(limiter, 3, source('etl'))
  now = 59_500
  expect(limiter.secondsToWait(source('etl'))).toBe(1)
  now = 60_000
  expect(limiter.secondsToWait(source('etl'))).toBe(0)
})
