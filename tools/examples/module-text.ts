import type { Example } from './extract.ts'

/** Entry points of each public name. A name of two packages is imported from the package of the example. */
export type PublicNames = ReadonlyMap<string, readonly string[]>

const FIRST_LITERAL = /^(?:['"[{`\d-]|true\b|false\b|undefined\b|null\b)/

/**
 * Builds a module of an example: imports what the example uses, and turns comments that contain a value into assertions.
 */
export function moduleText(example: Example, names: PublicNames, fixtures: ReadonlySet<string>): string {
  const { code, library } = example
  const declared = new Set(
    [...code.matchAll(/\b(?:const|let|class|function|using) (?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/g)].flatMap(
      ([, members, items, name]) =>
        (members ?? items ?? name ?? '').split(',').map((each) => (each.split(':').at(-1) ?? '').trim()),
    ),
  )
  const bare = code.replaceAll(/(?:^|\s)\/\/.*$/gm, '')
  const uses = (name: string): boolean =>
    !declared.has(name) && new RegExp(`(?<![.\\w'"-])${name}\\b(?!['"]?:[^:])`).test(bare)
  // A fixture has precedence, except where the example calls a public function of the same name.
  const given = [...fixtures].filter((name) => uses(name) && !(names.has(name) && bare.includes(`${name}(`)))
  const imports = [...names]
    .filter(([name]) => !given.includes(name))
    .filter(([name]) => uses(name.replace('type ', '')))
    .map(([name, specifiers]) => {
      const own = specifiers.find((each) => each.startsWith(`@headgate/${library}`)) ?? specifiers[0] ?? ''
      return `import { ${name} } from '${own}'`
    })
  return [
    ...imports,
    `import { assertEqual${given.map((name) => `, ${name}`).join('')} } from './fixtures.ts'`,
    '',
    ...withAssertions(code),
    '',
    'export {}',
    '',
  ].join('\n')
}

function withAssertions(code: string): readonly string[] {
  const lines = code.split('\n')
  return lines.map((line, index) => {
    const [, expression, comment] = /^(\S.*?)\s+\/\/ (.+)$/.exec(line) ?? []
    const next = /^\/\/ (.+)$/.exec(lines[index + 1] ?? '')?.[1]
    const value = comment ?? next
    const statement = expression ?? line
    if (
      value === undefined ||
      !FIRST_LITERAL.test(value) ||
      /^(?:const|let|for|await|if|\/\/)/.test(statement)
    )
      return line
    return `assertEqual(${statement}, ${value})`
  })
}
