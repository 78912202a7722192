import type { VNode } from 'preact'
import { formatRelative, t } from '../text.ts'

/** Point of a chart: a time in epoch ms, and a value. */
export type ChartPoint = readonly [at: number, value: number]

interface LineChartProps {
  readonly title: string
  /** Points in the order of their times. */
  readonly points: readonly ChartPoint[]
  readonly format: (value: number) => string
}

const width = 320
const height = 96
const margin = 6

/** Values over time. Screen readers read the first, the largest and the last value. */
export function LineChart({ title, points, format }: LineChartProps): VNode | null {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || points.length < 2) return null
  const largest = Math.max(...points.map(([, value]) => value))
  const duration = Math.max(1, last[0] - first[0])
  const toX = (at: number): number => margin + ((at - first[0]) / duration) * (width - 2 * margin)
  const toY = (value: number): number =>
    height - margin - (value / Math.max(largest, 1)) * (height - 2 * margin)
  const line = points.map(([at, value]) => `${toX(at).toFixed(1)},${toY(value).toFixed(1)}`).join(' ')
  const base = height - margin
  return (
    <figure class="chart">
      <figcaption>
        <span class="strong">{title}</span> <span class="muted">{format(last[1])}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={t('{title}: from {first} to {last}, at most {largest}', {
          title,
          first: format(first[1]),
          last: format(last[1]),
          largest: format(largest),
        })}
      >
        <polygon class="area" points={`${toX(first[0])},${base} ${line} ${toX(last[0])},${base}`} />
        <polyline class="line" points={line} />
        <circle class="end" cx={toX(last[0])} cy={toY(last[1])} r="3" />
      </svg>
      <p class="chart-times muted">
        <span>{formatRelative(first[0])}</span>
        <span>{formatRelative(last[0])}</span>
      </p>
    </figure>
  )
}
