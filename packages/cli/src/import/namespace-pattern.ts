import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { parseDotted } from '../names/dotted.ts'
import { visible } from '../output/visible.ts'

/** Pattern of one level of a namespace: the texts that the stars separate, so that `a*b` is `['a', 'b']`. */
type LevelPattern = readonly string[]

/** Pattern of a namespace such as `sales.*`: one pattern for each level. It also matches the namespaces below. */
export type NamespacePattern = readonly LevelPattern[]

/**
 * Namespaces to import: those that `include` selects, without those that `exclude` selects. An empty `include` selects
 * all namespaces.
 */
export interface Selection {
  readonly include: readonly NamespacePattern[]
  readonly exclude: readonly NamespacePattern[]
}

/**
 * Parses a pattern such as `sales`, `sales.*` or `*_raw`. A star matches any characters of one level. A pattern
 * selects the namespaces that it matches, with everything in them.
 *
 * @throws CliError for a text that is not a name
 */
export function parsePattern(text: string): NamespacePattern {
  const { warehouse, levels } = parseDotted(text)
  if (warehouse === null) return levels.map((level) => level.split('*'))
  throw new CliError(exitCode.usage, `The pattern ${visible(text)} contains a warehouse.`, {
    next: 'Write only the namespace, such as sales or sales.*, and set the warehouse with --from-warehouse.',
  })
}

/** Returns whether the import includes the tables and views of a namespace. */
export function isSelected({ include, exclude }: Selection, namespace: readonly string[]): boolean {
  return (
    (include.length === 0 || include.some((pattern) => matches(pattern, namespace))) &&
    !exclude.some((pattern) => matches(pattern, namespace))
  )
}

/**
 * Returns whether a selection can include a namespace or any namespace in it, so that the import must list its
 * children.
 */
export function canContainSelected({ include, exclude }: Selection, namespace: readonly string[]): boolean {
  if (exclude.some((pattern) => matches(pattern, namespace))) return false
  return include.length === 0 || include.some((pattern) => matchesLevels(pattern, namespace))
}

/** Returns whether a pattern matches a namespace or one of its parents. */
function matches(pattern: NamespacePattern, namespace: readonly string[]): boolean {
  return pattern.length <= namespace.length && matchesLevels(pattern, namespace)
}

/**
 * Returns whether a pattern matches a namespace in all levels that both have. Ignores the remaining levels of the
 * longer one.
 */
function matchesLevels(pattern: NamespacePattern, namespace: readonly string[]): boolean {
  return pattern.every((level, index) => {
    const name = namespace[index]
    return name === undefined || matchesLevel(level, name)
  })
}

function matchesLevel([first = '', ...more]: LevelPattern, name: string): boolean {
  const last = more.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first)) return false
  // Each text between two stars is matched at its first occurrence, so that as much of the name as possible remains
  // for the later texts.
  let rest = name.slice(first.length)
  for (const text of more) {
    const at = rest.indexOf(text)
    if (at === -1) return false
    rest = rest.slice(at + text.length)
  }
  return rest.endsWith(last)
}
