import type { JavaModel } from './java-model.ts'
import { findJudgement, toKind, type Judged } from './judged.ts'
import { runSequence } from './run-sequence.ts'
import type { Sequence } from './sequence.ts'

/** Collects the numbers of sequences, inputs and differences of a run. */
export class Report {
  /** First sequence with a difference that no judgement explains, for each kind of difference between the two models. */
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

  /** Compares the two models for one sequence, and counts the differences. */
  async add(java: JavaModel, sequence: Sequence): Promise<void> {
    this.#sequences += 1
    this.#commits += sequence.commits.length
    this.#documents += sequence.documents.length
    for (const difference of await runSequence(java, sequence)) {
      const entry = findJudgement(this.#judged, difference)
      if (entry !== undefined) {
        this.#seen.set(entry.id, (this.#seen.get(entry.id) ?? 0) + 1)
        // Skips the later differences of the same sequence, which are consequences of this one.
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
