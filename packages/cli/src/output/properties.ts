import type { Paint } from './paint.ts'
import { table } from './table.ts'

/** Returns a table of properties sorted by key, or no table when there are no properties. */
export function propertyTable(
  paint: Paint,
  properties: Readonly<Record<string, string>>,
  heading = 'property',
): readonly string[] {
  const entries = Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (entries.length === 0) return []
  return [
    table(paint, entries, [
      { heading, cell: ([key]) => key },
      { heading: 'value', cell: ([, value]) => value },
    ]),
  ]
}
