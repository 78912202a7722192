import type { Snapshot } from '../api/catalog.ts'

/** Part of the graph of snapshots in the row of one snapshot. Lanes are numbered from the left. */
export interface GraphRow {
  /** Lane of the snapshot. */
  readonly lane: number
  /** Lanes of the lines that come from above, and the lanes to which they lead in this row. */
  readonly above: readonly (readonly [from: number, to: number])[]
  /** Lanes of the lines that continue below. */
  readonly below: readonly number[]
}

/**
 * Arranges snapshots as a graph: a snapshot is connected with its parent, and branches that have the same parent meet there.
 *
 * @param snapshots the newest first
 */
export function arrangeSnapshots(snapshots: readonly Snapshot[]): readonly GraphRow[] {
  const known = new Set(snapshots.map(idOf))
  /** The snapshot that the line of each lane leads to. */
  const lanes: (string | null)[] = []
  return snapshots.map((snapshot) => {
    const id = idOf(snapshot)
    const found = lanes.indexOf(id)
    const lane = found >= 0 ? found : takeLane(lanes)
    const above = lanes.flatMap((target, from): [number, number][] =>
      target === null ? [] : [[from, target === id ? lane : from]],
    )
    for (const [index, target] of lanes.entries()) if (target === id) lanes[index] = null
    const parent = snapshot['parent-snapshot-id']
    lanes[lane] = parent !== undefined && known.has(String(parent)) ? String(parent) : null
    const below = lanes.flatMap((target, index) => (target === null ? [] : [index]))
    return { lane, above, below }
  })
}

function idOf(snapshot: Snapshot): string {
  return String(snapshot['snapshot-id'])
}

function takeLane(lanes: (string | null)[]): number {
  const free = lanes.indexOf(null)
  if (free >= 0) return free
  lanes.push(null)
  return lanes.length - 1
}
