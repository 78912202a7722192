import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LogLines } from './log-lines.ts'

let written: string[]

beforeEach(() => {
  written = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
})

afterEach(() => {
  vi.restoreAllMocks()
})

test('LogLines collects the lines of a few milliseconds and writes them together', async () => {
  using lines = new LogLines()
  lines.write('one')
  lines.write('two')
  expect(written).toEqual([])
  await vi.waitFor(() => expect(written).toEqual(['one\ntwo\n']))
  lines.write('three')
  await vi.waitFor(() => expect(written).toEqual(['one\ntwo\n', 'three\n']))
})

test('LogLines writes immediately when many lines are pending', async () => {
  using lines = new LogLines()
  const line = 'x'.repeat(1_023)
  for (let n = 0; n < 40; n += 1) lines.write(line)
  expect(written).toEqual([`${line}\n`.repeat(32)])
  await sleep(50)
  expect(written.join('')).toBe(`${line}\n`.repeat(40))
})

test('LogLines writes its pending lines once when it is closed', async () => {
  const lines = new LogLines()
  lines.write('last')
  lines[Symbol.dispose]()
  expect(written).toEqual(['last\n'])
  await sleep(50)
  expect(written).toEqual(['last\n'])
})
