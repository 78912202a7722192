import { stringify, type Json, type JsonObject } from '@headgate/json'

/** Planned file, in the form of both planners. */
export interface PlannedFile {
  readonly path: string
  /** Null: the complete filter. */
  readonly residual: Json
  readonly deletes: readonly string[]
}

/** Differences between the plans of one scan. Only those of `faults` are faults of Headgate. */
export interface Comparison {
  readonly faults: readonly string[]
  readonly files: number
  /** Files that Java reads and Headgate does not, although no row matches. */
  readonly excluded: number
  /** Files that Headgate reads and Java does not. */
  readonly added: number
  readonly equalResiduals: number
  readonly strongerResiduals: number
  readonly weakerResiduals: number
  readonly weakerExample: string | null
  readonly addedDeletes: number
}

/** Compares two plans of a scan. `rows` are the paths of the files in which a row matches. */
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

/** Returns the text of an expression without negations, with names in lower case and sets in order. */
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
