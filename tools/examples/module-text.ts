import type { Example } from './extract.ts'

/**
 * Entry points that export a name, keyed by the name. If several packages export it, an example imports the name from
 * its own package.
 */
export type PublicNames = ReadonlyMap<string, readonly string[]>

const FIRST_LITERAL = /^(?:['"[{`\d-]|true\b|false\b|undefined\b|null\b)/

/**
 * Converts an example to a TypeScript module: adds imports of the names that it uses. Also converts each comment with
 * a value to an assertion, unless `assertions` is false.
 */
export function moduleText(
  example: Example,
  names: PublicNames,
  fixtures: ReadonlySet<string>,
  { assertions = true }: { readonly assertions?: boolean } = {},
): string {
  const { code, library } = example
  const declared = new Set(
    [
      ...code.matchAll(/\b(?:const|let|class|function|using|import) (?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/g),
    ].flatMap(([, members, items, name]) =>
      (members ?? items ?? name ?? '')
        .split(',')
        .map((each) => (each.split(/:| as /).at(-1) ?? '').replace(/^ *type /, '').trim()),
    ),
  )
  const bare = code.replaceAll(/(?:^|\s)\/\/.*$/gm, '')
  const uses = (name: string): boolean =>
    !declared.has(name) && new RegExp(`(?<![.\\w'"-])${name}\\b(?!['"]?:[^:])`).test(bare)
  // A fixture has precedence over an exported name, unless the example calls an exported function with the name of
  // the fixture.
  const used = [...fixtures].filter((name) => uses(name) && !(names.has(name) && bare.includes(`${name}(`)))
  const imports = [...names]
    .filter(([name]) => !used.includes(name))
    .filter(([name]) => uses(name.replace('type ', '')))
    .map(([name, specifiers]) => {
      const own = specifiers.find((each) => each.startsWith(`@headgate/${library}`)) ?? specifiers[0] ?? ''
      return `import { ${name} } from '${own}'`
    })
  return [
    ...imports,
    `import { assertEqual${used.map((name) => `, ${name}`).join('')} } from './fixtures.ts'`,
    '',
    ...(assertions ? withAssertions(code) : [code]),
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
