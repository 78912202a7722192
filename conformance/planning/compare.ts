import { stringify, type Json, type JsonObject } from '@headgate/json'

/** File of a scan plan, in a form to which the plans of Headgate and Java are converted. */
export interface PlannedFile {
  readonly path: string
  /** Residual filter. Null means the complete filter of the scan. */
  readonly residual: Json
  readonly deletes: readonly string[]
}

/** Differences between the plans of Headgate and Java for one scan. Only those in `faults` are faults of Headgate. */
export interface Comparison {
  readonly faults: readonly string[]
  readonly files: number
  /** Number of files that only Java's plan contains. No row in them matches the filter. */
  readonly excluded: number
  /** Number of files that only Headgate's plan contains. */
  readonly added: number
  readonly equalResiduals: number
  readonly strongerResiduals: number
  readonly weakerResiduals: number
  readonly weakerExample: string | null
  readonly addedDeletes: number
}

/**
 * Compares the plans of Headgate and Java for one scan. `rows` are the paths of the files that contain a matching row.
 */
export function compare(
  filter: Json,
  headgate: readonly PlannedFile[],
  java: readonly PlannedFile[],
  rows: ReadonlySet<string> | null,
): Comparison {
  const faults: string[] = []
  const ours = new Map(headgate.map((file) => [file.path, file]))
  const theirs = new Set(java.map(({ path }) => path))
  if (ours.size < headgate.length) faults.push('a file is planned twice')
  let [excluded, equalResiduals, strongerResiduals, weakerResiduals, addedDeletes] = [0, 0, 0, 0, 0]
  let weakerExample: string | null = null
  for (const { path, residual, deletes } of java) {
    const own = ours.get(path)
    if (own === undefined) {
      if (rows?.has(path) !== false) faults.push('a file with matching rows is missing')
      else excluded += 1
      continue
    }
    const missing = deletes.filter((each) => !own.deletes.includes(each))
    if (missing.length > 0) faults.push('a delete file is missing')
    addedDeletes += own.deletes.length - deletes.length + missing.length
    const [a, b] = [canonical(own.residual ?? filter), canonical(residual)]
    if (a === b) equalResiduals += 1
    else if (a.length < b.length) strongerResiduals += 1
    else {
      weakerResiduals += 1
      weakerExample ??= `Headgate ${a} Java ${b}`
    }
  }
  const added = headgate.filter(({ path }) => !theirs.has(path)).length
  return {
    faults,
    files: java.length,
    excluded,
    added,
    equalResiduals,
    strongerResiduals,
    weakerResiduals,
    weakerExample,
    addedDeletes,
  }
}

const negations: Readonly<Record<string, string>> = {
  lt: 'gt-eq',
  'gt-eq': 'lt',
  gt: 'lt-eq',
  'lt-eq': 'gt',
  eq: 'not-eq',
  'not-eq': 'eq',
  in: 'not-in',
  'not-in': 'in',
  'is-null': 'not-null',
  'not-null': 'is-null',
  'is-nan': 'not-nan',
  'not-nan': 'is-nan',
  'starts-with': 'not-starts-with',
  'not-starts-with': 'starts-with',
  and: 'or',
  or: 'and',
}

/** Returns an expression as text in a canonical form: without negations, with names in lower case and sorted sets. */
function canonical(json: Json, negated = false): string {
  if (typeof json === 'boolean') return String(json !== negated)
  const expression = json as JsonObject
  const type = expression['type'] as string
  if (type === 'true' || type === 'false') return String((type === 'true') !== negated)
  if (type === 'not') return canonical(expression['child'] ?? null, !negated)
  const operator = negated ? negations[type] : type
  if (type === 'and' || type === 'or') {
    const [left, right] = [expression['left'], expression['right']].map((each) =>
      canonical(each ?? null, negated),
    )
    if (left === 'true' || right === 'true')
      return operator === 'or' ? 'true' : left === 'true' ? `${right}` : `${left}`
    if (left === 'false' || right === 'false')
      return operator === 'and' ? 'false' : left === 'false' ? `${right}` : `${left}`
    return `(${left} ${operator} ${right})`
  }
  const values = expression['values']
  const literals = Array.isArray(values)
    ? values.map((value) => stringify(value)).toSorted()
    : [stringify(expression['value'] ?? null)]
  return `${operator} ${(expression['term'] as string).toLowerCase()} ${literals.join(',').toLowerCase()}`
}
