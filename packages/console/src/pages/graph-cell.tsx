import type { VNode } from 'preact'
import type { GraphRow } from './snapshot-graph.ts'

const laneWidth = 14
const rowHeight = 48
const maxLanes = 8

interface GraphCellProps {
  readonly row: GraphRow
  /** Number of lanes of the whole graph. */
  readonly lanes: number
  readonly isCurrent: boolean
}

/** Draws the part of the graph of snapshots that belongs to one row. The text of the row has the same content. */
export function GraphCell({ row, lanes, isCurrent }: GraphCellProps): VNode {
  const toX = (lane: number): number => (Math.min(lane, maxLanes - 1) + 0.5) * laneWidth
  const middle = rowHeight / 2
  const width = Math.min(lanes, maxLanes) * laneWidth
  return (
    <svg
      class="graph"
      width={width}
      height={rowHeight}
      viewBox={`0 0 ${width} ${rowHeight}`}
      aria-hidden="true"
    >
      {row.above.map(([from, to]) => (
        <path key={from} d={`M${toX(from)} 0 L${toX(to)} ${middle}`} />
      ))}
      {row.below.map((lane) => (
        <path key={`b${lane}`} d={`M${toX(lane)} ${middle} L${toX(lane)} ${rowHeight}`} />
      ))}
      <circle cx={toX(row.lane)} cy={middle} r="5" class={isCurrent ? 'current' : undefined} />
    </svg>
  )
}
