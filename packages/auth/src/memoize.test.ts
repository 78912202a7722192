import { expect, it } from 'vitest'
import { AuthError } from './auth-error.ts'
import { memoize, type MemoizeOptions } from './memoize.ts'
import { catchMessage, testClock } from '../test/context.ts'

interface Numbered {
  readonly number: number
  readonly expiresAt: number
}

/**
 * Creates a cached source whose values are valid for ten minutes. It throws `state.fail` and waits for
 * `state.gate`.
 */
function source(options: Partial<MemoizeOptions<Numbered>> = {}) {
  const clock = testClock()
  const state = {
    calls: 0,
    fail: undefined as Error | undefined,
    gate: undefined as Promise<void> | undefined,
  }
  const tokens = memoize<Numbered>(
    async () => {
      const number = ++state.calls
      await state.gate
      if (state.fail !== undefined) throw state.fail
      return { number, expiresAt: clock.now() + 600_000 }
    },
    { expiresAt: ({ expiresAt }) => expiresAt, now: clock.now, random: () => 0, ...options },
  )
  return { clock, state, tokens }
}

const settled = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 5))
}

it('memoize returns one value to all callers until shortly before the value expires', async () => {
  const { clock, state, tokens } = source()
  await Promise.all(Array.from({ length: 100 }, () => tokens.get()))
  clock.advance(479_000)
  expect((await tokens.get()).number).toBe(1)
  expect(state.calls).toBe(1)
})

it('memoize renews a value once, in the background, when a fifth of its lifetime remains', async () => {
  const { clock, state, tokens } = source()
  await tokens.get()
  clock.advance(480_000)
  const gate = Promise.withResolvers<void>()
  state.gate = gate.promise
  expect((await Promise.all([tokens.get(), tokens.get(), tokens.get()])).map(({ number }) => number)).toEqual(
    [1, 1, 1],
  )
  gate.resolve()
  await settled()
  expect((await tokens.get()).number).toBe(2)
  expect(state.calls).toBe(2)
})

it.each([
  [30_000, 570_000],
  [200_000, 400_000],
  [3_600_000, 300_000],
])(
  'memoize renews a value up to %i ms before it expires, but not in the first half of its lifetime',
  async (ahead, at) => {
    const { clock, state, tokens } = source({ refreshAheadMs: () => ahead })
    await tokens.get()
    clock.advance(at - 1)
    await tokens.get()
    expect(state.calls).toBe(1)
    clock.advance(1)
    await tokens.get()
    expect(state.calls).toBe(2)
  },
)

it('memoize delays renewals at random', async () => {
  const { clock, state, tokens } = source({ random: () => 1, jitter: 0.5 })
  await tokens.get()
  clock.advance(539_000)
  await tokens.get()
  expect(state.calls).toBe(1)
  clock.advance(1_000)
  await tokens.get()
  expect(state.calls).toBe(2)
})

it('memoize never returns an expired value, and all waiting callers receive the same new value', async () => {
  const { clock, state, tokens } = source()
  await tokens.get()
  clock.advance(600_000)
  const values = await Promise.all(Array.from({ length: 50 }, () => tokens.get()))
  expect(new Set(values.map(({ number }) => number))).toEqual(new Set([2]))
  expect(state.calls).toBe(2)
})

it('memoize returns the old value after a failed renewal, and tries again later', async () => {
  const { clock, state, tokens } = source()
  await tokens.get()
  clock.advance(480_000)
  state.fail = new Error('issuer is down')
  expect((await tokens.get()).number).toBe(1)
  await settled()
  for (let i = 0; i < 20; i++) await tokens.get()
  await settled()
  expect(state.calls).toBe(2)
  clock.advance(1_000)
  await tokens.get()
  await settled()
  expect(state.calls).toBe(3)
  state.fail = undefined
  clock.advance(2_000)
  await tokens.get()
  await settled()
  expect((await tokens.get()).number).toBe(4)
})

it('memoize throws the error of the source at once, and calls the source again after one second at the earliest', async () => {
  const { clock, state, tokens } = source()
  state.fail = new Error('issuer is down')
  for (let i = 0; i < 10; i++) expect(await catchMessage(tokens.get())).toBe('issuer is down')
  expect(state.calls).toBe(1)
  state.fail = undefined
  clock.advance(1_000)
  expect((await tokens.get()).number).toBe(2)
})

it('memoize waits longer after each failure, up to 30 s', async () => {
  const { clock, state, tokens } = source()
  state.fail = new Error('down')
  for (const pause of [1, 2, 4, 8, 16, 30, 30]) {
    const before = state.calls
    await catchMessage(tokens.get())
    expect(state.calls).toBe(before + 1)
    clock.advance(pause * 1_000 - 1)
    await catchMessage(tokens.get())
    expect(state.calls).toBe(before + 1)
    clock.advance(1)
  }
})

it('memoize replaces a refused value once, even if several requests with it were refused', async () => {
  const { clock, state, tokens } = source()
  const value = await tokens.get()
  clock.advance(60_000)
  expect(tokens.invalidate(value)).toBe(true)
  await tokens.get()
  expect(tokens.invalidate(value)).toBe(true)
  await tokens.get()
  expect(state.calls).toBe(2)
})

it('memoize does not replace a refused value that was obtained shortly before', async () => {
  const { state, tokens } = source()
  const value = await tokens.get()
  expect(tokens.invalidate(value)).toBe(false)
  await tokens.get()
  expect(state.calls).toBe(1)
})

it('memoize continues a renewal when one of the waiting callers is cancelled', async () => {
  const { state, tokens } = source()
  const gate = Promise.withResolvers<void>()
  state.gate = gate.promise
  const caller = new AbortController()
  const first = catchMessage(tokens.get({ signal: caller.signal }))
  const second = tokens.get()
  caller.abort(new Error('cancelled'))
  expect(await first).toBe('cancelled')
  gate.resolve()
  expect((await second).number).toBe(1)
})

it('memoize stops waiting for a source after the time limit', async () => {
  const { state, tokens } = source({ timeoutMs: 20 })
  state.gate = new Promise(() => {})
  expect(await catchMessage(tokens.get())).toContain('No credentials arrived within 20 ms')
})

it('memoize discards a renewed value that the option accept refuses, and returns the old value until that expires', async () => {
  const refusal = new AuthError('identity-changed', 'another identity')
  const { clock, tokens } = source({
    accept: () => {
      throw refusal
    },
  })
  await tokens.get()
  clock.advance(500_000)
  expect((await tokens.get()).number).toBe(1)
  await settled()
  expect((await tokens.get()).number).toBe(1)
  clock.advance(100_000)
  expect(await catchMessage(tokens.get())).toBe('another identity')
})

it('memoize cancels a renewal in progress when it is closed', async () => {
  const { state, tokens } = source()
  state.gate = new Promise(() => {})
  const waiting = catchMessage(tokens.get())
  await tokens[Symbol.asyncDispose]()
  expect(await waiting).toContain('closed')
  expect(await catchMessage(tokens.get())).toContain('closed')
})

it('memoize returns a value with a lifetime of eight seconds for most of this time', async () => {
  const clock = testClock()
  let calls = 0
  const tokens = memoize(async () => ({ end: clock.now() + 8_000, calls: ++calls }), {
    expiresAt: ({ end }) => end,
    now: clock.now,
    random: () => 0,
  })
  await tokens.get()
  clock.advance(6_300)
  await tokens.get()
  expect(calls).toBe(1)
  clock.advance(200)
  await tokens.get()
  expect(calls).toBe(2)
})
