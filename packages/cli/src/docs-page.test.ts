import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { docsPage } from './docs-page.ts'
import { createProgram } from './program.ts'
import { version } from './version.ts'

const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
const program = await createProgram({ args: [], env: {}, cwd: '/', stdin, stdout, stderr }, version())

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)]
}

function pathTo(command: Command): string {
  return command.parent === null ? command.name() : `${pathTo(command.parent)} ${command.name()}`
}

describe('the documentation of the command line', () => {
  it('the reference page of the command line equals docs/reference/cli.md (npm run docs)', () => {
    const page = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')
    expect(page).toBe(docsPage(program))
  })

  it('the reference page of the command line has a section for every command at any depth', () => {
    const page = docsPage(program)
    const names = all(program)
      .slice(1)
      .map((command) => pathTo(command))
    expect(names).toContain('headgate principal key add')
    for (const name of names) expect(page).toMatch(new RegExp(`^#+ ${name}$`, 'm'))
  })

  it('the help of a command lists commands before options', () => {
    for (const group of [program, program.commands.find((command) => command.name() === 'warehouse')]) {
      const text = group?.helpInformation() ?? ''
      const [list, options] = [text.search(/^\S*[\w ]*:\n +\S+.*\n/m), text.indexOf('\nOptions:')]
      const first = group?.commands[0]?.name() ?? ''
      expect(text.indexOf(`\n  ${first} `)).toBeGreaterThan(0)
      expect(options).toBeGreaterThan(text.indexOf(`\n  ${first} `))
      expect(list).toBeGreaterThan(0)
      expect(text.endsWith('\n')).toBe(true)
    }
  })

  it('the reference page of the command line describes every command and every option', () => {
    for (const command of all(program)) {
      expect(command.description(), command.name()).toMatch(/\S\.?$/)
      for (const option of command.options) expect(option.description, option.flags).not.toBe('')
    }
  })

  it('no command has an option whose value is a secret, because other users can read command lines', () => {
    const flags = all(program).flatMap(({ options }) => options.map((option) => option.flags))
    expect(flags.filter((flag) => /secret|password|token/.test(flag))).toEqual([])
  })
})
