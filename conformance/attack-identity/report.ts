import { escapeText } from '../attack/escape.ts'
import { seconds, textTable } from '../lib/text-table.ts'
import type { RunResult } from './run.ts'

export interface Totals {
  readonly cases: number
  readonly refused: number
  readonly accepted: number
  readonly escapes: number
  readonly limited: number
}

export function totalsOf({ counts }: RunResult): Totals {
  const sum = (key: keyof Totals): number => counts.reduce((total, count) => total + count[key], 0)
  return {
    cases: sum('cases'),
    refused: sum('refused'),
    accepted: sum('accepted'),
    escapes: sum('escapes'),
    limited: sum('limited'),
  }
}

/** Nothing got through, what must work did, and something was tried. */
export function isClean(result: RunResult): boolean {
  const { refused, accepted } = totalsOf(result)
  return result.escapes.length === 0 && result.broken.length === 0 && refused > 0 && accepted > 0
}

/** A line per family, each escape with what to try again, and the figures. */
export function humanReport(result: RunResult): string {
  const { counts, escapes, broken, seed, ms, uri } = result
  const { cases, refused, accepted } = totalsOf(result)
  const rows = counts.map((count) => [
    count.family,
    count.cases,
    count.refused,
    count.accepted,
    count.escapes,
    count.remark === '' ? count.about : count.cases === 0 ? `not tried: ${count.remark}` : count.remark,
  ])
  return [
    textTable([['family', 'cases', 'refused', 'accepted as right', 'ESCAPES', 'what'], ...rows]),
    '',
    ...escapes.map((escape) => escapeText(escape.family, escape)),
    ...broken.slice(0, 20).map((line) => `BROKEN ${line}`),
    `${uri}: ${cases} cases, ${escapes.length} escapes, ${refused} refused, ${accepted} accepted as right, seed ${seed} (${seconds(ms)})`,
  ].join('\n')
}

/** For programs: `{"ok", "totals", "seed", "uri", "counts", "escapes", "broken", "ms"}`. */
export function jsonReport(result: RunResult): string {
  return JSON.stringify({ ok: isClean(result), totals: totalsOf(result), ...result }, undefined, 2)
}
