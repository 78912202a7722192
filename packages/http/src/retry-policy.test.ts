import { expect, test } from 'vitest'
import { startHttpServer } from '@headgate/testkit'
import { failureCode, neverSent } from './connection-failure.ts'
import { retryAfterMs } from './retry-after.ts'
import { mayHaveHappened, retryPolicy } from './retry-policy.ts'
import type { Attempt } from './send.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const response = (status: number, retryAfter?: string): Attempt<Response> => ({
  response: new Response(null, {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  }),
})
const refused: Attempt<Response> = {
  error: new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }),
}
const broken: Attempt<Response> = { error: new TypeError('terminated') }

const wait = (attempt: Attempt<Response>, repeatable: boolean, tries = 1, random = 0): number | undefined =>
  retryPolicy({ repeatable: () => repeatable, now: () => now, random: () => random })(attempt, tries)

test.each([
  [response(200), false, false],
  [response(404), false, false],
  [response(429), true, true],
  [response(503, '0'), true, true],
  [response(503), true, false],
  [response(500), true, false],
  [response(502), true, false],
  [response(504), true, false],
  [response(408), true, false],
  [response(501), false, false],
  [response(429, '61'), false, false],
  [refused, true, true],
  [broken, true, false],
])(
  'retryPolicy retries or stops depending on the failure and on whether the request can be repeated: case %#',
  (attempt, yes, no) => {
    expect(wait(attempt, true) !== undefined).toBe(yes)
    expect(wait(attempt, false) !== undefined).toBe(no)
  },
)

test('retryPolicy waits for the time that the server requests, or doubles the wait after each attempt, up to 20 s', () => {
  expect(wait(response(503, '7'), false)).toBe(7_000)
  expect(wait(response(503, '7'), false, 1, 1)).toBe(7_700)
  expect([1, 2, 3].map((tries) => wait(response(500), true, tries))).toEqual([125, 250, 500])
  expect(wait(response(500), true, 1, 1)).toBe(250)
  const forever = retryPolicy({ repeatable: () => true, maxRetries: 9, random: () => 1 })
  expect(forever(response(500), 9)).toBe(20_000)
})

test('retryPolicy stops after maxRetries', () => {
  expect(wait(response(429), true, 5)).toBeDefined()
  expect(wait(response(429), true, 6)).toBeUndefined()
  expect(retryPolicy({ repeatable: () => true, maxRetries: 0 })(response(429), 1)).toBeUndefined()
})

test.each([
  [response(409), false],
  [response(429), false],
  [response(503, '1'), false],
  [response(503), true],
  [response(500), true],
  [response(408), true],
  [refused, false],
  [broken, true],
])('mayHaveHappened recognizes attempts that the server may have executed: case %#', (attempt, happened) => {
  expect(mayHaveHappened(attempt)).toBe(happened)
})

test.each([
  ['0', 0],
  [' 120 ', 120_000],
  ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
  ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
])('retryAfterMs parses %j', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms)
})

test.each([null, '', '-1', '1.5', '1e3', '99999999999999', 'soon', 'Sun, 99 Foo 2026', '2026-03-01'])(
  'retryAfterMs returns undefined for %j',
  (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined()
  },
)

test('neverSent recognizes a connection that was not established', async () => {
  const gone = await startHttpServer((_, response) => void response.end())
  await gone[Symbol.asyncDispose]()
  const error: unknown = await fetch(gone.url).catch((reason: unknown) => reason)
  expect(failureCode(error)).toBe('ECONNREFUSED')
  expect(neverSent(error)).toBe(true)
  expect(neverSent(new TypeError('Failed to fetch'))).toBe(false)
  const deno = (phase: string): Error =>
    new TypeError(`error sending request for url (u): client error (${phase}): why`)
  expect([neverSent(deno('Connect')), neverSent(deno('SendRequest'))]).toEqual([true, false])
})
