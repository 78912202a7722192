import { rawNumber } from '@headgate/json'
import { describe, expect, it } from 'vitest'
import { readBackDifferences, resultDifferences } from './compare.ts'

const withDefault = (value: unknown): Parameters<typeof readBackDifferences>[0] =>
  ({ schemas: [{ fields: [{ 'write-default': value }] }] }) as never

describe('readBackDifferences', () => {
  it('readBackDifferences ignores unknown members, empty members and sequence numbers of 0 that Java omits', () => {
    const ours = { 'x-unknown': 1, properties: {}, snapshots: [{ 'snapshot-id': 1, 'sequence-number': 0 }] }
    expect(readBackDifferences(ours, { snapshots: [{ 'snapshot-id': 1 }] })).toEqual([])
  })

  it('readBackDifferences reports every other member that one of the documents does not contain', () => {
    const ours = { location: 'a', snapshots: [{ 'snapshot-id': 1, 'sequence-number': 2 }] }
    expect(readBackDifferences(ours, { snapshots: [{ 'snapshot-id': 1 }], extra: 1 })).toEqual([
      'location',
      'snapshots[].sequence-number',
      'extra',
    ])
  })

  it.each([
    ['2024-01-31T12:00:00.120000Z', '2024-01-31T12:00:00.12+00:00'],
    ['12:00', '12:00:00'],
    ['1e0', '1'],
    ['00ff', '00FF'],
    [rawNumber('1.50'), 1.5],
    [0.1, 0.10000000149011612],
  ])('readBackDifferences ignores a default with an equal value in another spelling (%#)', (ours, java) => {
    expect(readBackDifferences(withDefault(ours), withDefault(java))).toEqual([])
  })

  it.each([
    ['12:00:00.123456789', '12:00:00.123456'],
    [9007199254740993n, 9007199254740992n],
    [rawNumber('1.5'), 1.6],
    [1, '1'],
  ])('readBackDifferences reports a default with a different value (%#)', (ours, java) => {
    expect(readBackDifferences(withDefault(ours), withDefault(java))).toEqual([
      'schemas[].fields[].write-default',
    ])
  })
})

describe('resultDifferences', () => {
  it('resultDifferences reports lists with a different length or order', () => {
    expect(resultDifferences({ a: [1, 2] }, { a: [2, 1] })).toEqual(['a[]'])
    expect(resultDifferences({ a: [1, 2] }, { a: [1] })).toEqual(['a'])
  })

  it('resultDifferences ignores the order of lists that have no defined order', () => {
    const files = [{ 'snapshot-id': 1 }, { 'snapshot-id': 3055729675574597004n }]
    expect(resultDifferences({ statistics: files }, { statistics: files.toReversed() })).toEqual([])
  })
})
