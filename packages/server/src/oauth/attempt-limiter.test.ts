import { expect, test } from 'vitest'
import { AttemptLimiter } from './attempt-limiter.ts'

const address = '10.0.0.1'

test('many failures at one address turn away whom it has not seen, and nobody who was proven there', () => {
  const limiter = new AttemptLimiter({ perClient: 3, perAddress: 10, windowMs: 60_000 }, () => 0)
  limiter.succeeded({ address, client: 'etl' })
  for (let guess = 0; guess < 10; guess += 1) limiter.failed({ address, client: `guess-${guess}` })
  expect(limiter.secondsToWait({ address, client: 'new' })).toBe(60)
  expect(limiter.secondsToWait({ address, client: 'etl' })).toBe(0)
  expect(limiter.secondsToWait({ address: '10.0.0.2', client: 'new' })).toBe(0)
})

test('a proven name has its own failures to answer for', () => {
  const limiter = new AttemptLimiter({ perClient: 3, perAddress: 10, windowMs: 60_000 }, () => 0)
  const source = { address, client: 'etl' }
  limiter.succeeded(source)
  for (let guess = 0; guess < 3; guess += 1) limiter.failed(source)
  expect(limiter.secondsToWait(source)).toBe(60)
})
