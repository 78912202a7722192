import { escapeText } from './escape.ts'
import { seconds, textTable } from '../lib/text-table.ts'
import type { RunResult } from './run-suites.ts'

interface Totals {
  readonly cases: number
  readonly refused: number
  readonly accepted: number
  readonly escapes: number
}

function sumTotals({ counts }: RunResult): Totals {
  const sum = (key: keyof Totals): number => counts.reduce((total, count) => total + count[key], 0)
  return { cases: sum('cases'), refused: sum('refused'), accepted: sum('accepted'), escapes: sum('escapes') }
}

/** Returns whether all attacks failed, all required cases succeeded, and at least one case of each kind ran. */
export function isClean(result: RunResult): boolean {
  const { refused, accepted } = sumTotals(result)
  return result.escapes.length === 0 && result.broken.length === 0 && refused > 0 && accepted > 0
}

/**
 * Formats the report for people: a line for each suite, each successful attack with the command that repeats it, and
 * the totals.
 */
export function humanReport(result: RunResult): string {
  const { counts, escapes, broken, seed, ms, cases: asked } = result
  const { cases, refused, accepted } = sumTotals(result)
  const rows = counts.map((count) => [
    count.suite,
    count.cases,
    count.refused,
    count.accepted,
    count.escapes,
    seconds(count.ms),
    count.about,
  ])
  return [
    textTable([['suite', 'cases', 'refused', 'accepted', 'ESCAPES', 'time', 'what'], ...rows]),
    '',
    ...escapes.map((escape) => escapeText(escape.suite, escape)),
    ...broken.slice(0, 20).map((line) => `BROKEN ${line}`),
    `${cases < asked ? `${cases} of ${asked}` : cases} cases, ${escapes.length} escapes, ${refused} refused, ${accepted} accepted, seed ${seed} (${seconds(ms)})`,
  ].join('\n')
}

/** Formats the report as JSON: `{"ok", "totals", "seed", "cases", "counts", "escapes", "broken", "ms"}`. */
export function jsonReport(result: RunResult): string {
  return JSON.stringify({ ok: isClean(result), totals: sumTotals(result), ...result }, undefined, 2)
}
