import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Example in the tag `@example` of a docstring. */
export interface Example {
  /** File and line of the example, for error messages. */
  readonly at: string
  /** Name of the folder of the package below `packages`. */
  readonly library: string
  readonly code: string
  /** Whether the test runs the example. It only compiles an example that contains the text `Type-checked only`. */
  readonly runs: boolean
}

/** Returns the examples in the docstrings of a package. */
export function findExamples(repository: string, library: string): readonly Example[] {
  const files = globSync(`packages/${library}/src/**/*.ts`, { cwd: repository }).toSorted()
  return files
    .filter((file) => !file.includes('.test.'))
    .flatMap((file) => examplesIn(readFileSync(join(repository, file), 'utf8'), file, library))
}

function examplesIn(text: string, file: string, library: string): readonly Example[] {
  return [...text.matchAll(/\/\*\*[^]*?\*\//g)].flatMap((docstring) => {
    const lines = docstring[0].split('\n').map((line) => line.replace(/^\s*\/?\*+ ?|\s*\*\/$/g, ''))
    return lines.flatMap((line, index) => {
      const note = /^@example\b\s*(.*)$/.exec(line)?.[1]
      if (note === undefined) return []
      const fenced = lines[index + 1]?.startsWith('```') === true
      const rest = lines.slice(index + 2)
      const code = fenced
        ? rest
            .slice(
              0,
              rest.findIndex((each) => each.startsWith('```')),
            )
            .join('\n')
        : note
      const line0 = text.slice(0, docstring.index).split('\n').length + index
      return [{ at: `${file}:${line0}`, library, code, runs: !fenced || !/type-checked only/i.test(note) }]
    })
  })
}

/**
 * Returns the names of the functions and classes that an entry point exports. The value is whether the docstring has
 * an example.
 */
export function findExports(repository: string, entry: string): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>()
  const source = readFileSync(join(repository, entry), 'utf8')
  for (const [, type, names = '', from = ''] of source.matchAll(
    /^export (type )?\{([^}]*)\} from '([^']+)'/gm,
  )) {
    if (type !== undefined) continue
    const module = readFileSync(join(repository, entry, '..', from), 'utf8')
    for (const each of names.split(',')) {
      const name = each.trim().split(/ as /)[0] ?? ''
      if (name === '' || name.startsWith('type ')) continue
      const declaration = new RegExp(
        `(/\\*\\*(?:(?!\\*/)[^])*\\*/\\n)?export (?:async )?(?:function|class|abstract class)\\*? ${name}\\b(.*)`,
      ).exec(module)
      if (declaration === null || /extends (?:\w*Error)\b/.test(declaration[2] ?? '')) continue
      found.set(name, declaration[1]?.includes('@example') === true)
    }
  }
  return found
}
