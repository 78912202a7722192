import type { JavaModel } from './java-model.ts'
import { findJudgement, toKind, type Judged } from './judged.ts'
import { runSequence } from './run-sequence.ts'
import type { Sequence } from './sequence.ts'

/** Counts the sequences, inputs and differences of one run. */
export class Report {
  /** The first sequence that showed each kind of new difference. */
  readonly unexpected: Map<string, Sequence> = new Map()
  readonly files: { readonly sort: string; readonly file: string }[] = []
  readonly #judged: readonly Judged[]
  readonly #seen = new Map<string, number>()
  readonly #counts = new Map<string, number>()
  readonly #steps: string[] = []
  #sequences = 0
  #commits = 0
  #documents = 0

  constructor(judged: readonly Judged[]) {
    this.#judged = judged
  }

  /** Runs a sequence and counts its differences. */
  async add(java: JavaModel, sequence: Sequence): Promise<void> {
    this.#sequences += 1
    this.#commits += sequence.commits.length
    this.#documents += sequence.documents.length
    for (const difference of await runSequence(java, sequence)) {
      const entry = findJudgement(this.#judged, difference)
      if (entry !== undefined) {
        this.#seen.set(entry.id, (this.#seen.get(entry.id) ?? 0) + 1)
        // Later differences of the same sequence are consequences of this difference.
        if (difference.kind === 'crash' || difference.kind === 'unreadable') break
        continue
      }
      const sort = toKind(difference)
      this.#counts.set(sort, (this.#counts.get(sort) ?? 0) + 1)
      if (!this.unexpected.has(sort)) this.unexpected.set(sort, sequence)
    }
  }

  step(name: string, milliseconds: number): void {
    this.#steps.push(`${name} ${(milliseconds / 1000).toFixed(1)} s`)
  }

  text(): string {
    const lines = [
      `${this.#sequences} sequences, ${this.#commits} commits, ${this.#documents} documents; ${this.#steps.join(', ')}`,
      ...this.#judged.map(({ id, right }) => `  judged (${right}): ${id}: ${this.#seen.get(id) ?? 0}`),
    ]
    const sorts = [...this.#counts].toSorted(([, a], [, b]) => b - a)
    for (const [sort, count] of sorts) {
      const file = this.files.find((each) => each.sort === sort)?.file
      lines.push(`  NEW ${count}: ${sort}${file === undefined ? '' : `\n      replay: ${file}`}`)
    }
    lines.push(sorts.length === 0 ? 'no new differences' : `${sorts.length} new kinds of differences`)
    return lines.join('\n')
  }
}
