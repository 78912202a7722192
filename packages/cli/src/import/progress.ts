import type { Io } from '../io.ts'
import type { Output } from '../output/output.ts'
import { countColumns } from '../output/visible.ts'
import type { ImportResults } from './import-result.ts'

const lineIntervalMs = 10_000
const barColumns = 24

/** Counts of an import that its progress shows. */
export type ProgressState = Pick<ImportResults, 'found' | 'done' | 'problems'>

/** Display of the progress of an import. */
export interface Progress extends Disposable {
  /** Shows the current counts, and the name of the last table or view. */
  update(name: string): void
}

/**
 * Shows the progress of an import on standard error: a bar in one line of a terminal, or else a line every ten
 * seconds. With `--json`, shows it only on a terminal.
 */
export function startProgress(io: Pick<Io, 'stderr'>, out: Output, state: ProgressState): Progress {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const isTerminal = io.stderr.isTTY === true
  const timer = isTerminal
    ? undefined
    : setInterval(() => out.note(`${formatCounts(state, seconds())}.`), lineIntervalMs)
  timer?.unref()
  return {
    update(name) {
      if (isTerminal) out.progress(formatBar(state, seconds(), name, terminalColumns(io)))
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function terminalColumns({ stderr }: Pick<Io, 'stderr'>): number {
  return 'columns' in stderr && typeof stderr.columns === 'number' ? stderr.columns : 80
}

/**
 * Formats a progress bar with the counts of an import, as wide as the terminal allows. The total grows while
 * namespaces are listed, so the bar can become shorter.
 */
export function formatBar(state: ProgressState, seconds: number, name: string, columns: number): string {
  const share = state.found === 0 ? 0 : state.done / state.found
  const filled = Math.round(share * barColumns)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(barColumns - filled)}]`
  const text = `${bar} ${formatCounts(state, seconds)}`
  const named = `${text}  ${name}`
  // The last column is left free, because some terminals begin a new line after it.
  return countColumns(named) < columns ? named : text.slice(0, columns - 1)
}

function formatCounts({ found, done, problems }: ProgressState, seconds: number): string {
  const rate = seconds > 0 ? Math.round(done / seconds) : 0
  const failed = problems.length === 0 ? '' : `, ${problems.length} with problems`
  return `${count(done)} of ${count(found)} listed tables and views${failed}, ${count(rate)} per second`
}

const count = (number: number): string => number.toLocaleString('en-US')
