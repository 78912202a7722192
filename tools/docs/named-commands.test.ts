import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listMarkdown } from './list-markdown.ts'
import { findCommand, readCommands, readOptions, readScripts, readUses } from './named-commands.ts'

const repository = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')
const cli = read('docs/reference/cli.md')
const configuration = read('docs/reference/configuration.md')
const commands = readCommands(cli)
const pages = listMarkdown(repository).filter((path) =>
  /^(?:docs\/(?!reference\/)|examples\/|packages\/[^/]+\/README|deploy\/|[A-Z]+\.md$)/.test(path),
)
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }

/** Returns whether `headgate serve` accepts an option, which is then a flag of the server. */
function isFlag(option: string): boolean {
  return configuration.includes(`HEADGATE_${option.slice(2).toUpperCase().replaceAll('-', '_')}`)
}

// Environment variables of test suites, which only pages for contributors may name.
const testVariables = new Set(
  globSync(['{conformance,engines,bench,tools}/**/*.ts', 'packages/*/{src,test}/**/*.ts'], {
    cwd: repository,
    exclude: (path) => path.endsWith('node_modules') || path.endsWith('.cache'),
  }).flatMap((file) => [...read(file).matchAll(/HEADGATE_[A-Z0-9_]+/g)].map(([variable]) => variable)),
)

function isForContributors(page: string): boolean {
  return page === 'CONTRIBUTING.md' || page.startsWith('packages/')
}

describe.each(pages)('%s', (page) => {
  test('the Markdown page names only commands and options of headgate that exist', () => {
    for (const use of readUses(read(page))) {
      expect(findCommand(use, commands), use).not.toBeNull()
      for (const option of readOptions(use))
        expect(option === '--help' || cli.includes(option) || isFlag(option), `${option} in ${use}`).toBe(
          true,
        )
    }
  })

  test('the Markdown page names only npm scripts that exist', () => {
    expect(readScripts(read(page)).filter((script) => !(script in scripts))).toEqual([])
  })

  test('the Markdown page names only environment variables that exist', () => {
    for (const [variable] of read(page).matchAll(/HEADGATE_[A-Z0-9_]+/g)) {
      const isKnown = [configuration, cli].some((reference) => reference.includes(variable))
      const isOfTests = isForContributors(page) && testVariables.has(variable)
      expect(isKnown || isOfTests || variable.startsWith('HEADGATE_CREDENTIAL'), variable).toBe(true)
    }
  })
})

test('readUses returns the headgate command lines of a page', () => {
  const page =
    'Use `headgate a b --c`.\n\n```sh\nX=1 headgate d \\\n  --e  # comment\nheadgate f\nhelm install headgate oci://x\n```\n'
  expect(readUses(page)).toEqual(['headgate d    --e', 'headgate f', 'headgate a b --c'])
  expect(readOptions('headgate d --e -f --g-h')).toEqual(['--e', '--g-h'])
})

test('readScripts returns the npm scripts that a page runs', () => {
  const page = 'Use `npm run a:b -- c` or npm run d.\n\n```sh\nnpm ci && npm run -s e -- --f\n```\n'
  expect(readScripts(page)).toEqual(['e', 'a:b'])
})
