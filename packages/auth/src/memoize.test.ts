import { expect, it } from 'vitest'
import { AuthError } from './auth-error.ts'
import { memoize, type MemoizeOptions } from './memoize.ts'
import { messageOf, testClock } from '../test/context.ts'

interface Numbered {
  readonly number: number
  readonly expiresAt: number
}

/** A source whose values live ten minutes; `fail` makes it throw, `gate` makes it wait. */
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

it('one value serves all until it is about to end', async () => {
  const { clock, state, tokens } = source()
  await Promise.all(Array.from({ length: 100 }, () => tokens.get()))
  clock.advance(479_000)
  expect((await tokens.get()).number).toBe(1)
  expect(state.calls).toBe(1)
})

it('is renewed beside its use, once, a fifth of its life before its end', async () => {
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
  'a value that asks for it is renewed %i ms before its end, but not in its first half',
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

it('renewals of many are spread over time', async () => {
  const { clock, state, tokens } = source({ random: () => 1, jitter: 0.5 })
  await tokens.get()
  clock.advance(539_000)
  await tokens.get()
  expect(state.calls).toBe(1)
  clock.advance(1_000)
  await tokens.get()
  expect(state.calls).toBe(2)
})

it('an ended value is never used, and all who wait get the one new value', async () => {
  const { clock, state, tokens } = source()
  await tokens.get()
  clock.advance(600_000)
  const values = await Promise.all(Array.from({ length: 50 }, () => tokens.get()))
  expect(new Set(values.map(({ number }) => number))).toEqual(new Set([2]))
  expect(state.calls).toBe(2)
})

it('a failed renewal is not the end: the old value serves on, and the next one is tried later', async () => {
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

it('when nothing is left, callers learn the reason at once and the issuer is left alone for a moment', async () => {
  const { clock, state, tokens } = source()
  state.fail = new Error('issuer is down')
  for (let i = 0; i < 10; i++) expect(await messageOf(tokens.get())).toBe('issuer is down')
  expect(state.calls).toBe(1)
  state.fail = undefined
  clock.advance(1_000)
  expect((await tokens.get()).number).toBe(2)
})

it('the pause after failures grows to half a minute and no further', async () => {
  const { clock, state, tokens } = source()
  state.fail = new Error('down')
  for (const pause of [1, 2, 4, 8, 16, 30, 30]) {
    const before = state.calls
    await messageOf(tokens.get())
    expect(state.calls).toBe(before + 1)
    clock.advance(pause * 1_000 - 1)
    await messageOf(tokens.get())
    expect(state.calls).toBe(before + 1)
    clock.advance(1)
  }
})

it('a refused value is replaced once, however many were refused with it', async () => {
  const { clock, state, tokens } = source()
  const value = await tokens.get()
  clock.advance(60_000)
  expect(tokens.invalidate(value)).toBe(true)
  await tokens.get()
  expect(tokens.invalidate(value)).toBe(true)
  await tokens.get()
  expect(state.calls).toBe(2)
})

it('a value that was only just made is not replaced because somebody refuses it', async () => {
  const { state, tokens } = source()
  const value = await tokens.get()
  expect(tokens.invalidate(value)).toBe(false)
  await tokens.get()
  expect(state.calls).toBe(1)
})

it('one caller who gives up does not stop the others', async () => {
  const { state, tokens } = source()
  const gate = Promise.withResolvers<void>()
  state.gate = gate.promise
  const giver = new AbortController()
  const first = messageOf(tokens.get({ signal: giver.signal }))
  const second = tokens.get()
  giver.abort(new Error('gave up'))
  expect(await first).toBe('gave up')
  gate.resolve()
  expect((await second).number).toBe(1)
})

it('a source that never answers is given up', async () => {
  const { state, tokens } = source({ timeoutMs: 20 })
  state.gate = new Promise(() => {})
  expect(await messageOf(tokens.get())).toContain('No credentials came within 20 ms')
})

it('a renewal that is not acceptable is refused, and what is there serves until its end', async () => {
  const refusal = new AuthError('identity-changed', 'somebody else')
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
  expect(await messageOf(tokens.get())).toBe('somebody else')
})

it('closing ends what is under way', async () => {
  const { state, tokens } = source()
  state.gate = new Promise(() => {})
  const waiting = messageOf(tokens.get())
  await tokens[Symbol.asyncDispose]()
  expect(await waiting).toContain('closed')
  expect(await messageOf(tokens.get())).toContain('closed')
})

it('a value of eight seconds is used for most of its life', async () => {
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
