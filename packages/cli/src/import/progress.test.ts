import { PassThrough } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { createOutput } from '../output/output.ts'
import { formatBar, startProgress } from './progress.ts'

const state = { found: 1200, done: 300, problems: [] }

describe('formatBar', () => {
  it('the progress bar shows the share, the counts and the rate of imported tables', () => {
    expect(formatBar(state, 10, 'sales.orders', 100)).toBe(
      '[######------------------] 300 of 1,200 listed tables and views, 30 per second  sales.orders',
    )
  })

  it('the progress bar omits the name, and then the end of the text, on a narrow terminal', () => {
    expect(formatBar(state, 10, 'sales.orders', 85)).toMatch(/per second$/)
    expect(formatBar(state, 10, 'sales.orders', 40)).toHaveLength(39)
  })

  it('the progress bar is empty before the source has listed tables', () => {
    expect(formatBar({ ...state, found: 0, done: 0 }, 0, '', 80)).toContain(
      '[------------------------] 0 of 0',
    )
  })
})

it('the import prints a line of progress every ten seconds without a terminal, and none with --json', () => {
  vi.useFakeTimers()
  try {
    for (const [json, lines] of [
      [false, 2],
      [true, 0],
    ] as const) {
      const stderr = new PassThrough()
      const io = { args: [], env: {}, cwd: '/', stdin: new PassThrough(), stdout: new PassThrough(), stderr }
      const progress = startProgress(io, createOutput(io, json), state)
      progress.update('sales.orders')
      vi.advanceTimersByTime(25_000)
      progress[Symbol.dispose]()
      vi.advanceTimersByTime(25_000)
      const text = String(stderr.read() ?? '')
      expect(text.match(/300 of 1,200 listed tables and views/g) ?? []).toHaveLength(lines)
    }
  } finally {
    vi.useRealTimers()
  }
})
