import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findCommand, readCommands, readOptions, readUses } from './named-commands.ts'

const repository = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')
const cli = read('docs/reference/cli.md')
const configuration = read('docs/reference/configuration.md')
const commands = readCommands(cli)
const pages = execFileSync('git', ['ls-files', 'docs/*.md', 'README.md', 'SECURITY.md'], {
  cwd: repository,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && !path.startsWith('docs/reference/'))

/** Returns whether an option is a flag of the server, which `headgate serve` accepts. */
function isFlag(option: string): boolean {
  return configuration.includes(`HEADGATE_${option.slice(2).toUpperCase().replaceAll('-', '_')}`)
}

describe.each(pages)('%s', (page) => {
  test('names only commands and options that exist', () => {
    for (const use of readUses(read(page))) {
      expect(findCommand(use, commands), use).not.toBeNull()
      for (const option of readOptions(use))
        expect(option === '--help' || cli.includes(option) || isFlag(option), `${option} in ${use}`).toBe(
          true,
        )
    }
  })

  test('names only variables that exist', () => {
    for (const [variable] of read(page).matchAll(/HEADGATE_[A-Z0-9_]+/g)) {
      const isKnown = [configuration, cli].some((reference) => reference.includes(variable))
      expect(isKnown || variable.startsWith('HEADGATE_CREDENTIAL'), variable).toBe(true)
    }
  })
})

test('readUses returns the command lines of a page', () => {
  const page =
    'Use `headgate a b --c`.\n\n```sh\nX=1 headgate d \\\n  --e  # comment\nnpm run headgate -- f\n```\n'
  expect(readUses(page)).toEqual(['headgate d    --e', 'headgate f', 'headgate a b --c'])
  expect(readOptions('headgate d --e -f --g-h')).toEqual(['--e', '--g-h'])
})
