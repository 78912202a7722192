import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AuthError } from '../auth-error.ts'
import type { ReadyProvider } from '../auth-provider.ts'
import { create } from '../../test/context.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

interface Login {
  readonly auth: ReadyProvider
  /** When the token was asked for, in seconds after the code was shown. */
  readonly asked: readonly number[]
}

/** Somebody who is to log in at an issuer that gives these answers, one after another and the last one again and again. */
async function login(codes: object, answers: readonly (string | object)[]): Promise<Login> {
  const asked: number[] = []
  let shown = 0
  const auth = await create(
    {
      'rest.auth.type': 'oauth2',
      'rest.auth.oauth2.grant-type': 'device_code',
      'rest.auth.oauth2.client-id': 'tool',
      'rest.auth.oauth2.token-endpoint': 'https://issuer.example/token',
      'rest.auth.oauth2.device-code.endpoint': 'https://issuer.example/device',
    },
    {
      prompts: { device: () => void (shown = Date.now()) },
      fetch: async (url) => {
        if (new URL(url).pathname === '/device') {
          const verification_uri = 'https://issuer.example/enter'
          return Response.json({ device_code: 'd', user_code: 'U', verification_uri, ...codes })
        }
        asked.push((Date.now() - shown) / 1_000)
        const answer = answers[asked.length - 1] ?? answers.at(-1)
        if (typeof answer === 'string') return Response.json({ error: answer }, { status: 400 })
        return Response.json(answer)
      },
    },
  )
  return { auth, asked }
}

const token = { access_token: 't', token_type: 'Bearer', expires_in: 60 }

async function outcome({ auth }: Login, seconds: number): Promise<unknown> {
  const ends = auth.token?.().then(
    (got) => got?.value.reveal(),
    (error: unknown) => error,
  )
  await vi.advanceTimersByTimeAsync(seconds * 1_000)
  return await Promise.race([ends, Promise.resolve('still waiting')])
}

it('a person is waited for at the pace of the issuer, and at a slower one whenever it says so', async () => {
  const answers = ['authorization_pending', 'slow_down', 'authorization_pending', token]
  const started = await login({ expires_in: 600, interval: 2 }, answers)
  expect(await outcome(started, 17.9)).toBe('still waiting')
  expect(await outcome(started, 0.2)).toBe('t')
  expect(started.asked).toEqual([2, 4, 11, 18])
})

it('the pace is five seconds where the issuer says nothing', async () => {
  const started = await login({ expires_in: 600 }, ['authorization_pending', token])
  expect(await outcome(started, 11)).toBe('t')
  expect(started.asked).toEqual([5, 10])
})

it('nobody is waited for when the code has ended', async () => {
  const started = await login({ expires_in: 12 }, ['authorization_pending'])
  expect(await outcome(started, 60)).toMatchObject({
    reason: 'refused',
    message: expect.stringContaining('Nobody entered the code in time'),
  })
  expect(started.asked).toEqual([5, 10, 15])
})

it('a person who refuses ends the wait', async () => {
  const started = await login({ expires_in: 600 }, ['authorization_pending', 'access_denied'])
  const error = await outcome(started, 60)
  expect(error).toBeInstanceOf(AuthError)
  expect(error).toMatchObject({ reason: 'refused' })
  expect(started.asked).toEqual([5, 10])
})
