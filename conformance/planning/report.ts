import type { Comparison } from './compare.ts'

const counters = [
  'files',
  'excluded',
  'added',
  'equalResiduals',
  'strongerResiduals',
  'weakerResiduals',
  'addedDeletes',
] as const

const titles: Readonly<Record<(typeof counters)[number], string>> = {
  files: 'files that Java plans',
  excluded: 'of these, files without matching rows that Headgate leaves out',
  added: 'files that only Headgate plans',
  equalResiduals: 'equal residual filters',
  strongerResiduals: 'shorter residual filters of Headgate',
  weakerResiduals: 'longer residual filters of Headgate',
  addedDeletes: 'delete files that only Headgate assigns',
}

/** Collects the results of the comparisons of all scans. */
export class Report {
  readonly faults: { readonly sort: string; readonly what: string }[] = []
  readonly #sums = Object.fromEntries(counters.map((name) => [name, 0])) as Record<
    (typeof counters)[number],
    number
  >
  readonly #examples: string[] = []
  readonly #addedExamples: string[] = []
  #skipped: string[] = []
  scans = 0
  refused = 0
  /** Number of scans for which the Java library fails with an error that is not a refusal. */
  javaFailed = 0

  add(comparison: Comparison, what: string): void {
    this.scans += 1
    for (const name of counters) this.#sums[name] += comparison[name]
    for (const sort of comparison.faults) this.fault(sort, what)
    if (comparison.weakerExample !== null && this.#examples.length < 5)
      this.#examples.push(comparison.weakerExample)
    if (comparison.added > 0 && this.#addedExamples.length < 3)
      this.#addedExamples.push(`only Headgate plans a file: ${what}`)
  }

  fault(sort: string, what: string): void {
    this.faults.push({ sort, what })
  }

  skip(error: string): void {
    this.#skipped.push(error)
  }

  text(): string {
    const sorts = Map.groupBy(this.faults, ({ sort }) => sort)
    return [
      `${this.scans} scans planned by both, ${this.refused} refused by both, ${this.javaFailed} in which Java failed, ${this.#skipped.length} tables that Java could not write`,
      ...[...new Set(this.#skipped)].slice(0, 5).map((error) => `  ${error}`),
      ...counters.map((name) => `  ${titles[name]}: ${this.#sums[name]}`),
      ...[...this.#examples, ...this.#addedExamples].map((example) => `  for example: ${example}`),
      ...[...sorts].map(
        ([sort, found]) => `FAULT, ${found.length} times: ${sort}\n  ${found[0]?.what ?? ''}`,
      ),
      this.faults.length === 0 ? 'no faults' : `${this.faults.length} faults`,
    ].join('\n')
  }
}
