import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createOutput } from './output.ts'
import { hasColours, type Paint, paintFor } from './paint.ts'
import { type Column, details, table } from './table.ts'
import { formatDuration, formatTime } from './times.ts'
import { countColumns, visible } from './visible.ts'

const plain: Paint = (_, text) => text
const terminal = Object.assign(new PassThrough(), { isTTY: true })

describe('tables', () => {
  it('a table in the output has aligned columns, with numbers on the right and no blanks at the ends of lines', () => {
    const rows = [
      { name: 'a', size: 5, note: null },
      { name: '数据', size: 1000n, note: 'x' },
    ]
    const text = table(plain, rows, [
      { heading: 'name', cell: ({ name }) => name },
      { heading: 'size', cell: ({ size }) => size, right: true },
      { heading: 'note', cell: ({ note }) => note },
    ])
    expect(text).toBe('NAME  SIZE  NOTE\na        5  -\n数据  1000  x')
  })

  it('a table fits the width of the terminal: it omits empty columns, and shortens the widest texts', () => {
    const rows = [
      { at: '2026-11-24 10:00:00Z', name: 'a'.repeat(60), reason: '数'.repeat(40), none: null, count: 12 },
      { at: '2026-11-24 10:00:01Z', name: 'b', reason: 'short', none: null, count: 3 },
    ]
    const columns: readonly Column<(typeof rows)[number]>[] = [
      { heading: 'at', cell: ({ at }) => at, whole: true },
      { heading: 'name', cell: ({ name }) => name },
      { heading: 'none', cell: ({ none }) => none },
      { heading: 'reason', cell: ({ reason }) => reason },
      { heading: 'count', cell: ({ count }) => count, right: true },
    ]
    const lines = table(plain, rows, columns, 80).split('\n')
    expect(Math.max(...lines.map(countColumns))).toBeLessThanOrEqual(80)
    expect(lines[0]).toMatch(/^AT +NAME +REASON +COUNT$/)
    expect(lines[1]).toMatch(/^2026-11-24 10:00:00Z {2}a+… +数+… +12$/)
    expect(lines[2]).toMatch(/^2026-11-24 10:00:01Z {2}b +short +3$/)
    expect(table(plain, rows, columns, 300)).toBe(table(plain, rows, columns))
  })

  it('colours do not change the alignment of columns', () => {
    const rows = [{ name: 'a' }, { name: 'bbb' }]
    const columns = [
      { heading: 'name', cell: ({ name }: { name: string }) => name, paint: () => 'red' as const },
      { heading: 'x', cell: () => 'x' },
    ]
    const painted = table(paintFor(terminal, {}), rows, columns)
    expect(painted).toContain('\u001b[31m')
    expect(stripVTControlCharacters(painted)).toBe(table(plain, rows, columns))
  })

  it('the output of an object escapes characters that control the terminal', () => {
    const text = details(plain, [['name', '\u001b[2Ja\nb\u202ec']])
    expect(text).toBe(String.raw`name  \u{1b}[2Ja\u{a}b\u{202e}c`)
  })
})

describe('texts', () => {
  it('countColumns returns the number of columns that a text needs on a terminal', () => {
    expect(countColumns('abc')).toBe(3)
    expect(countColumns('数据')).toBe(4)
    expect(countColumns('e\u0301')).toBe(1)
    expect(visible('grün 数')).toBe('grün 数')
  })

  it('formatTime returns a time in UTC without fractions, and formatDuration uses the largest whole unit', () => {
    expect(formatTime('2026-01-31T12:00:00.123Z')).toBe('2026-01-31 12:00:00Z')
    expect(formatTime(0)).toBe('1970-01-01 00:00:00Z')
    expect(formatTime(null)).toBeNull()
    expect(formatTime('soon')).toBe('soon')
    expect([604_800, 3_600, 90, 0].map(formatDuration)).toEqual(['7 d', '1 h', '90 s', '0 s'])
  })
})

describe('hasColours', () => {
  it('hasColours returns true for a terminal, unless NO_COLOR or TERM=dumb disables colours', () => {
    expect(hasColours(terminal, {})).toBe(true)
    expect(hasColours(terminal, { NO_COLOR: '1' })).toBe(false)
    expect(hasColours(terminal, { TERM: 'dumb' })).toBe(false)
    expect(hasColours(new PassThrough(), {})).toBe(false)
  })
})

describe('progress', () => {
  it('the progress of a command is one line of a terminal, which the next output overwrites', () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true })
    const stdout = new PassThrough()
    const out = createOutput(
      { args: [], env: { NO_COLOR: '1' }, cwd: '/', stdin: new PassThrough(), stdout, stderr },
      false,
    )
    out.progress('1000 tables …')
    out.result({ json: [] }, () => 'done')
    expect(String(stderr.read())).toBe('\r\u001b[K1000 tables …\r\u001b[K')
    expect(String(stdout.read())).toBe('done\n')
  })

  it('the progress of a command prints no text if standard error is not a terminal', () => {
    const stderr = new PassThrough()
    const io = { args: [], env: {}, cwd: '/', stdin: new PassThrough(), stdout: new PassThrough(), stderr }
    createOutput(io, false).progress('1000 tables …')
    expect(stderr.read()).toBeNull()
  })
})
