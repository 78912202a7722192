import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AuthError } from '../auth-error.ts'
import type { ReadyProvider } from '../auth-provider.ts'
import { create } from '../../test/context.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

interface Login {
  readonly auth: ReadyProvider
  /** Times of the token requests, in seconds after the code was shown. */
  readonly requestTimes: readonly number[]
}

/** Starts a login at an issuer that sends the passed responses in sequence, and repeats the last response. */
async function startLogin(codes: object, responses: readonly (string | object)[]): Promise<Login> {
  const requestTimes: number[] = []
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
        requestTimes.push((Date.now() - shown) / 1_000)
        const response = responses[requestTimes.length - 1] ?? responses.at(-1)
        if (typeof response === 'string') return Response.json({ error: response }, { status: 400 })
        return Response.json(response)
      },
    },
  )
  return { auth, requestTimes }
}

const token = { access_token: 't', token_type: 'Bearer', expires_in: 60 }

async function outcome({ auth }: Login, seconds: number): Promise<unknown> {
  const login = auth.token?.().then(
    (token) => token?.value.reveal(),
    (error: unknown) => error,
  )
  await vi.advanceTimersByTimeAsync(seconds * 1_000)
  return await Promise.race([login, Promise.resolve('still waiting')])
}

it('a device login requests the token at the interval that the issuer sets, and at a longer interval after slow_down', async () => {
  const responses = ['authorization_pending', 'slow_down', 'authorization_pending', token]
  const started = await startLogin({ expires_in: 600, interval: 2 }, responses)
  expect(await outcome(started, 17.9)).toBe('still waiting')
  expect(await outcome(started, 0.2)).toBe('t')
  expect(started.requestTimes).toEqual([2, 4, 11, 18])
})

it('a device login requests the token every five seconds if the issuer names no interval', async () => {
  const started = await startLogin({ expires_in: 600 }, ['authorization_pending', token])
  expect(await outcome(started, 11)).toBe('t')
  expect(started.requestTimes).toEqual([5, 10])
})

it('a device login stops when the code has expired', async () => {
  const started = await startLogin({ expires_in: 12 }, ['authorization_pending'])
  expect(await outcome(started, 60)).toMatchObject({
    reason: 'refused',
    message: expect.stringContaining('The code expired before the login was complete'),
  })
  expect(started.requestTimes).toEqual([5, 10, 15])
})

it('a device login stops when the user refuses', async () => {
  const started = await startLogin({ expires_in: 600 }, ['authorization_pending', 'access_denied'])
  const error = await outcome(started, 60)
  expect(error).toBeInstanceOf(AuthError)
  expect(error).toMatchObject({ reason: 'refused' })
  expect(started.requestTimes).toEqual([5, 10])
})
