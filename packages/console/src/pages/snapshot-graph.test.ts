import { expect, test } from 'vitest'
import { arrangeSnapshots } from './snapshot-graph.ts'

const snapshot = (id: number, parent?: number): Parameters<typeof arrangeSnapshots>[0][number] => ({
  'snapshot-id': id,
  'timestamp-ms': id,
  ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
})

test('snapshots of one branch are in one lane, and the oldest one ends it', () => {
  expect(arrangeSnapshots([snapshot(3, 2), snapshot(2, 1), snapshot(1)])).toEqual([
    { lane: 0, above: [], below: [0] },
    { lane: 0, above: [[0, 0]], below: [0] },
    { lane: 0, above: [[0, 0]], below: [] },
  ])
})

test('a branch has its own lane until it meets the parent that it shares', () => {
  const graph = arrangeSnapshots([snapshot(4, 2), snapshot(3, 2), snapshot(2, 1), snapshot(1)])
  expect(graph.map(({ lane }) => lane)).toEqual([0, 1, 0, 0])
  expect(graph[2]?.above).toEqual([
    [0, 0],
    [1, 0],
  ])
})

test('a snapshot whose parent has expired ends its lane', () => {
  expect(arrangeSnapshots([snapshot(9, 8)])).toEqual([{ lane: 0, above: [], below: [] }])
})
