import { readFileSync } from 'node:fs'
import { differenceKinds, type Difference, type DifferenceKind } from './sequence.ts'

/** Entry of judged.json: a known difference between the two models that a person examined and accepted. */
export interface Judged {
  readonly id: string
  /** Model whose behavior follows the specification, or `open` if the specification does not define the behavior. */
  readonly right: 'headgate' | 'java' | 'open'
  readonly reason: string
  readonly kind: DifferenceKind
  /** `table` or `view` if the entry applies only to one of the two, otherwise undefined. */
  readonly relation: string | undefined
  /** Pattern that the path of the difference must match. If undefined, every path matches. */
  readonly path: RegExp | undefined
  readonly headgate: RegExp | undefined
  readonly java: RegExp | undefined
  /** Action of an update, which at least one update of the compared step must have. */
  readonly action: string | undefined
}

const file = new URL('judged.json', import.meta.url)

/** Reads the accepted differences from judged.json. */
export function readJudged(text: string = readFileSync(file, 'utf8')): readonly Judged[] {
  const entries = JSON.parse(text) as readonly Readonly<Record<string, string>>[]
  const judged = entries.map(decode)
  const ids = new Set(judged.map(({ id }) => id))
  if (ids.size < judged.length) throw new Error('two entries of judged.json have the same id: use another id')
  return judged
}

function decode(entry: Readonly<Record<string, string>>): Judged {
  const { id, right, reason, kind, relation, path, headgate, java, action, ...others } = entry
  const known = differenceKinds.find((each) => each === kind)
  const side = (['headgate', 'java', 'open'] as const).find((each) => each === right)
  if (id === undefined || reason === undefined || known === undefined || side === undefined)
    throw new Error(`the entry ${id ?? '?'} of judged.json must have id, right, reason and kind`)
  if (Object.keys(others).length > 0)
    throw new Error(`the entry ${id} of judged.json has unknown members: ${Object.keys(others).join(', ')}`)
  return {
    id,
    right: side,
    reason,
    kind: known,
    relation,
    path: pattern(path),
    headgate: pattern(headgate),
    java: pattern(java),
    action,
  }
}

const pattern = (text: string | undefined): RegExp | undefined =>
  text === undefined ? undefined : new RegExp(text, 's')

/** Returns the first accepted difference that matches a difference, or undefined if the difference is new. */
export function findJudgement(judged: readonly Judged[], difference: Difference): Judged | undefined {
  return judged.find(
    (entry) =>
      entry.kind === difference.kind &&
      (entry.relation ?? difference.relation) === difference.relation &&
      (entry.path?.test(difference.path) ?? true) &&
      (entry.headgate?.test(difference.headgate) ?? true) &&
      (entry.java?.test(difference.java) ?? true) &&
      (entry.action === undefined || difference.actions.includes(entry.action)),
  )
}

/**
 * Returns a text that is equal for all differences of the same kind, because it contains no numbers and no quoted
 * parts.
 */
export function toKind({ relation, kind, path, headgate, java }: Difference): string {
  return [relation, kind, path, general(headgate), general(java)].filter((part) => part !== '').join(' | ')
}

/** Removes the parts of an error message that depend on the input, such as names and numbers. */
const general = (text: string): string =>
  text
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replaceAll(/-?\d+/g, '#')
    .replace(/^(refused: Invalid )[\w-]+(\.[\w-]+|\[#\]){3,}/, '$1…')
    .replaceAll(/#T[#:.Z+]+|#(:[#.]+)+|#+T/g, '#')
    .slice(0, 200)
