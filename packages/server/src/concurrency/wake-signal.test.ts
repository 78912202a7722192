import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WakeSignal } from './wake-signal.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('WakeSignal', () => {
  it('ends a wait when it is notified', async () => {
    const signal = new WakeSignal()
    const wait = signal.wait(60_000)
    signal.notify()
    await expect(wait).resolves.toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends a wait after its time', async () => {
    const wait = new WakeSignal().wait(60_000)
    await vi.advanceTimersByTimeAsync(60_000)
    await expect(wait).resolves.toBeUndefined()
  })

  it('ends only the next wait when it is notified before it', async () => {
    const signal = new WakeSignal()
    signal.notify()
    signal.notify()
    await signal.wait(60_000)
    const ended = vi.fn()
    void signal.wait(60_000).then(ended)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toHaveBeenCalledOnce()
  })

  it('waits longer than the longest timer without ending at once', async () => {
    const ended = vi.fn()
    void new WakeSignal().wait(2 ** 40).then(ended)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ended).not.toHaveBeenCalled()
  })
})
