import { seconds, textTable } from '../lib/text-table.ts'
import { escapeText } from './escape.ts'
import type { RunResult } from './run.ts'

export interface Totals {
  readonly cases: number
  readonly refused: number
  readonly allowed: number
  readonly escapes: number
}

export function sumTotals({ counts }: RunResult): Totals {
  const sum = (key: keyof Totals): number => counts.reduce((total, count) => total + count[key], 0)
  return { cases: sum('cases'), refused: sum('refused'), allowed: sum('allowed'), escapes: sum('escapes') }
}

/** Returns whether all attacks failed and all legitimate cases succeeded. */
export function isClean(result: RunResult): boolean {
  return result.escapes.length === 0 && result.broken.length === 0 && sumTotals(result).cases > 0
}

/**
 * Formats the report for people: a line for each suite, each successful attack with the command that repeats it, and
 * the totals.
 */
export function humanReport(result: RunResult): string {
  const { counts, escapes, broken, leftOut, seed, ms, cases: asked } = result
  const { cases, refused, allowed } = sumTotals(result)
  const rows = counts.map((count) => [
    count.mode,
    count.attack,
    count.cases,
    count.refused,
    count.allowed,
    count.escapes,
    Math.round(count.ms / Math.max(1, count.cases)),
    count.skipped ?? '',
  ])
  return [
    textTable([['mode', 'attack', 'cases', 'refused', 'allowed', 'ESCAPES', 'ms/case', ''], ...rows]),
    '',
    ...escapes.map((escape) => escapeText(`${escape.mode}/${escape.attack}`, escape)),
    ...broken.slice(0, 20).map((line) => `BROKEN ${line}`),
    ...leftOut.map(({ mode, why }) => `SKIPPED ${mode}: ${why}`),
    `${cases < asked ? `${cases} of ${asked}` : cases} cases, ${escapes.length} escapes, ${refused} refused, ${allowed} allowed, seed ${seed} (${seconds(ms)})`,
  ].join('\n')
}

/** Formats the report as JSON: `{"ok", "seed", "cases", "totals", "counts", "escapes", "broken", "leftOut", "ms"}`. */
export function jsonReport(result: RunResult): string {
  return JSON.stringify({ ok: isClean(result), totals: sumTotals(result), ...result }, undefined, 2)
}
