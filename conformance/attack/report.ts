import { seconds, textTable } from '../lib/text-table.ts'
import { escapeText } from './escape.ts'
import type { RunResult } from './run.ts'

export interface Totals {
  readonly cases: number
  readonly refused: number
  readonly allowed: number
  readonly escapes: number
}

export function totalsOf({ counts }: RunResult): Totals {
  const sum = (key: keyof Totals): number => counts.reduce((total, count) => total + count[key], 0)
  return { cases: sum('cases'), refused: sum('refused'), allowed: sum('allowed'), escapes: sum('escapes') }
}

/** Nothing got through, and what was to succeed did. */
export function isClean(result: RunResult): boolean {
  return result.escapes.length === 0 && result.broken.length === 0 && totalsOf(result).cases > 0
}

/** A line per kind of attack, each escape with what to try again, and the figures. */
export function humanReport(result: RunResult): string {
  const { counts, escapes, broken, leftOut, seed, ms } = result
  const { cases, refused, allowed } = totalsOf(result)
  const rows = counts.map((count) => [
    count.mode,
    count.attack,
    count.cases,
    count.refused,
    count.allowed,
    count.escapes,
    count.skipped ?? '',
  ])
  return [
    textTable([['mode', 'attack', 'cases', 'refused', 'allowed inside', 'ESCAPES', ''], ...rows]),
    '',
    ...escapes.map((escape) => escapeText(`${escape.mode}/${escape.attack}`, escape)),
    ...broken.slice(0, 20).map((line) => `BROKEN ${line}`),
    ...leftOut.map(({ mode, why }) => `LEFT OUT ${mode}: ${why}`),
    `${cases} cases, ${escapes.length} escapes, ${refused} refused, ${allowed} allowed inside, seed ${seed} (${seconds(ms)})`,
  ].join('\n')
}

/** For programs: `{"ok", "seed", "totals", "counts", "escapes", "broken", "leftOut", "ms"}`. */
export function jsonReport(result: RunResult): string {
  return JSON.stringify({ ok: isClean(result), totals: totalsOf(result), ...result }, undefined, 2)
}
