import type { CaseResult, EntryResult } from './case.ts'
import { count, decimal, percent, ratio, tableSection } from './format.ts'
import { median, medianRatio, spread } from './statistics.ts'

/**
 * Formats the result of a case that measures function calls. For each entry, the lines contain the
 * microseconds of one call, the difference to another entry, and the ratios to other entries.
 */
export function callLines({ title, notes, entries, calls }: CaseResult): string[] {
  const baselines = [...new Set(entries.flatMap(({ against }) => against))]
  const figures = [
    ...new Set(entries.flatMap(({ rounds }) => rounds.flatMap(({ figures }) => Object.keys(figures ?? {})))),
  ]
  const base = entries.find(({ label }) => label === calls?.addedTo)
  const columns = [
    '',
    'µs',
    ...(base === undefined ? [] : ['µs added']),
    ...baselines.map((label) => `time of ${label}`),
    ...figures,
  ]
  const rows = entries.map((entry) => {
    const times = toTimes(entry)
    return [
      entry.label,
      `${decimal(median(times))} ± ${percent(spread(times))}`,
      ...(base === undefined
        ? []
        : [decimal(median(times.map((time, round) => time - (toTimes(base)[round] ?? Number.NaN))))]),
      ...baselines.map((label) => timesOfOther(entry, entries, label, times)),
      ...figures.map((name) => count(median(entry.rounds.flatMap(({ figures }) => figures?.[name] ?? [])))),
    ]
  })
  return tableSection({ title, notes }, columns, rows)
}

function toTimes({ rounds }: EntryResult): number[] {
  return rounds.map(({ perSecond }) => 1e6 / perSecond)
}

function timesOfOther(
  entry: EntryResult,
  all: readonly EntryResult[],
  label: string,
  times: readonly number[],
): string {
  const other = all.find((each) => each.label === label)
  if (other === undefined || !entry.against.includes(label)) return ''
  return ratio(medianRatio(times, toTimes(other)))
}
