import { describe, expect, it } from 'vitest'
import { type Json, stringify } from '@headgate/json'
import { append, commit, newTable } from '../../../test/metadata/tables.ts'
import { stringifyTableMetadata, tableTextPieces } from './stringify-table.ts'
import { splitList } from './text-pieces.ts'

/** Creates elements of about 100 characters each. */
function elements(count: number): Json[] {
  return Array.from({ length: count }, (_, n) => ({ n, text: 'x'.repeat(90) }))
}

function joinPieces(list: readonly Json[]): string {
  return `[${splitList(list)
    .map(({ text }) => text)
    .join('')}]`
}

function lasting(list: readonly Json[]): object[] {
  return splitList(list).filter((piece) => piece.lasting)
}

describe('the pieces of a list', () => {
  it('the joined text pieces of a JSON list equal the text of the list, also after changes of the list', () => {
    const all = elements(3_000)
    const lists = [
      [],
      all.slice(0, 1),
      all.slice(0, 500),
      all.slice(0, 1_200),
      all.slice(3, 1_200),
      all.slice(100, 1_203),
      [...all.slice(100, 700), ...all.slice(750, 1_900)],
      all,
      all.toReversed(),
      [1, null, 'a', ...all, true],
      elements(900).map((_, n) => n),
    ]
    for (const list of lists) expect(joinPieces(list)).toBe(stringify(list))
  })

  it('a short JSON list has one text piece, which is not marked as lasting', () => {
    expect(splitList(elements(100))).toEqual([expect.objectContaining({ lasting: false })])
  })

  it('the lasting text pieces of a JSON list are the same objects when the list grows', () => {
    const all = elements(2_000)
    const before = lasting(all.slice(0, 1_900))
    expect(before.length).toBeGreaterThan(4)
    const after = lasting(all)
    for (const [index, piece] of before.entries()) expect(after[index]).toBe(piece)
  })

  it('the lasting text pieces of a JSON list remain the same objects when the oldest elements are removed from an earlier piece', () => {
    const all = elements(2_000)
    const before = lasting(all)
    expect(lasting(all.slice(5))).toEqual(before.slice(1))
  })

  it('a text piece of a JSON list is a new object if an element of the piece was replaced', () => {
    const all = elements(2_000)
    const before = lasting(all)
    const changed = all.with(200, { n: -1 })
    expect(joinPieces(changed)).toBe(stringify(changed))
    expect(lasting(changed)[0]).toBe(before[0])
    expect(lasting(changed)).not.toContain(before[1])
    expect(joinPieces(all)).toBe(stringify(all))
  })
})

describe('the pieces of a table', () => {
  it('the joined text pieces of a table equal the text of the table, and no piece is empty', () => {
    const updates = Array.from({ length: 600 }, (_, n) =>
      append(n + 1, n + 1, { 'manifest-list': `s3://lake/t/${'x'.repeat(100)}` }),
    ).flat()
    const table = commit(newTable(), ...updates)
    const pieces = tableTextPieces(table)
    expect(pieces.filter(({ lasting }) => lasting).length).toBeGreaterThan(4)
    expect(pieces.filter(({ text }) => text === '')).toEqual([])
    expect(pieces.map(({ text }) => text).join('')).toBe(stringifyTableMetadata(table))
    expect(JSON.parse(stringifyTableMetadata(table))).toMatchObject({ snapshots: { length: 600 } })
  })
})
