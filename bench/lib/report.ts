import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CaseResult, EntryResult } from './case.ts'
import { callLines } from './call-lines.ts'
import type { Placement } from './cores.ts'
import { decimal, count, percent, ratio, tableSection } from './format.ts'
import type { Machine } from './machine.ts'
import { median, medianRatio, spread } from './statistics.ts'

export interface Report {
  readonly title: string
  readonly date: string
  readonly mode: string
  readonly machine: Machine
  readonly placement: Placement
  readonly repeats: number
  readonly warmUpSeconds: number
  readonly seconds: number
  readonly notes: readonly string[]
  readonly cases: readonly CaseResult[]
}

/** Writes the report as a Markdown file, and as a JSON file that also contains the figures of all rounds. */
export function saveReport(report: Report, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(`${path}.md`, markdown(report))
}

export function markdown(report: Report): string {
  const { machine, placement, repeats, seconds, warmUpSeconds } = report
  const where =
    placement === 'apart'
      ? 'every server on core 0; load, PostgreSQL and object store share the other cores'
      : 'the operating system assigns all processes to cores'
  const head = [
    `# ${report.title}`,
    '',
    `${report.date}, ${report.mode} run. ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}, ${machine.postgres}.`,
    `Each figure is the median of ${repeats} interleaved round${repeats === 1 ? '' : 's'} of ${seconds} s after ${warmUpSeconds} s of warm-up, ± half the range. Processes: ${where}.`,
    'A ratio is the median of the quotients of the rounds. CPU is the CPU time of a process for one request; memory is its proportional set size after the load.',
    '',
    ...report.notes.map((note) => `- ${note}`),
  ]
  return [...head, ...report.cases.flatMap(caseLines)].join('\n') + '\n'
}

function caseLines(result: CaseResult): string[] {
  return result.calls === undefined ? responseLines(result) : callLines(result)
}

function responseLines({ title, notes, entries, objectBytes }: CaseResult): string[] {
  const baselines = [...new Set(entries.flatMap(({ against }) => against))]
  const watched = [
    ...new Set(entries.flatMap(({ rounds }) => rounds.flatMap(({ use }) => Object.keys(use ?? {})))),
  ]
  const shown = {
    baselines,
    watched,
    objectBytes,
    minted: entries.some(({ rounds }) => rounds[0]?.minted !== undefined),
  }
  const columns = [
    '',
    'requests/s',
    ...(objectBytes === undefined ? [] : ['MB/s']),
    ...baselines.map((label) => `of ${label}`),
    'p50 ms',
    'p99 ms',
    'bytes',
    ...(shown.minted ? ['minted'] : []),
    ...watched.flatMap((name) => [
      `${name} CPU µs`,
      `${name} MB`,
      ...(objectBytes === undefined ? [] : [`${name} MB at most`]),
    ]),
    'load busy',
  ]
  const rows = entries.map((entry) => cells(entry, entries, shown))
  return tableSection({ title, notes }, columns, rows)
}

interface Shown {
  readonly baselines: readonly string[]
  readonly watched: readonly string[]
  readonly objectBytes: number | undefined
  readonly minted: boolean
}

function cells(
  entry: EntryResult,
  all: readonly EntryResult[],
  { baselines, watched, objectBytes, minted }: Shown,
): string[] {
  const { rounds } = entry
  const rates = rounds.map(({ perSecond }) => perSecond)
  const of = (pick: (round: EntryResult['rounds'][number]) => number | undefined): number =>
    median(rounds.map(pick).filter((value) => value !== undefined))
  return [
    entry.label,
    `${rate(median(rates))} ± ${percent(spread(rates))}`,
    ...(objectBytes === undefined ? [] : [count((median(rates) * objectBytes) / 1e6)]),
    ...baselines.map((label) => {
      const base = all.find((other) => other.label === label)
      return base && entry.against.includes(label)
        ? ratio(
            medianRatio(
              rates,
              base.rounds.map(({ perSecond }) => perSecond),
            ),
          )
        : ''
    }),
    decimal(of(({ p50Ms }) => p50Ms)),
    decimal(of(({ p99Ms }) => p99Ms)),
    count(of(({ bytesPerAnswer }) => bytesPerAnswer)),
    ...(minted ? [count(of((round) => round.minted))] : []),
    ...watched.flatMap((name) => [
      count(of(({ use }) => use?.[name]?.cpuUsPerAnswer)),
      count(of(({ use }) => use?.[name]?.memoryBytes) / 2 ** 20),
      ...(objectBytes === undefined ? [] : [count(of(({ use }) => use?.[name]?.peakBytes) / 2 ** 20)]),
    ]),
    percent(of(({ loaderBusy }) => loaderBusy)),
  ]
}

/** Formats a rate per second. Keeps a fractional digit for small rates, such as those of large responses. */
function rate(value: number): string {
  return value < 100 ? value.toFixed(1) : count(value)
}
