import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WakeSignal } from './wake-signal.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('WakeSignal', () => {
  it('WakeSignal ends a wait when notify is called', async () => {
    const signal = new WakeSignal()
    const wait = signal.wait(60_000)
    signal.notify()
    await expect(wait).resolves.toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('WakeSignal ends a wait after its time limit', async () => {
    const wait = new WakeSignal().wait(60_000)
    await vi.advanceTimersByTimeAsync(60_000)
    await expect(wait).resolves.toBeUndefined()
  })

  it('WakeSignal ends only the next wait when notify was called before the wait', async () => {
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

  it('WakeSignal does not end a wait immediately when its time limit exceeds the maximum delay of a timer', async () => {
    const ended = vi.fn()
    void new WakeSignal().wait(2 ** 40).then(ended)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ended).not.toHaveBeenCalled()
  })
})
