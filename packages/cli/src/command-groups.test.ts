import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { commandGroups, findNeededGroups } from './command-groups.ts'
import { createProgram } from './program.ts'

const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
const io = { args: [], env: {}, cwd: '/', stdin, stdout, stderr }

test.each(commandGroups.map((group) => [group.names.join(', '), group] as const))(
  'the command group of %s registers exactly the commands that it lists',
  async (_, group) => {
    const program = await createProgram(io, '1.0.0', [group])
    expect(program.commands.map((command) => command.name())).toEqual(group.names)
  },
)

test('each command of the program has a unique name', () => {
  const names = commandGroups.flatMap((group) => group.names)
  expect(new Set(names).size).toBe(names.length)
})

test('the program loads only groups that have a command among the arguments', () => {
  const names = (...args: readonly string[]) => findNeededGroups(args).map((group) => group.names[0])
  expect(names('role', 'list')).toEqual(['role'])
  expect(names('--url', 'http://a', '--json', 'role', 'list')).toEqual(['role'])
  // This warehouse has the name of a command, so the group of that command is loaded too.
  expect(names('--warehouse', 'audit', 'role', 'list')).toEqual(['role', 'audit'])
  expect(names('help', 'view')).toEqual(['table'])
})

test('the program loads all groups for the help and for unknown commands, and none for its version', () => {
  expect(findNeededGroups(['--help'])).toBe(commandGroups)
  expect(findNeededGroups([])).toBe(commandGroups)
  expect(findNeededGroups(['rolle'])).toBe(commandGroups)
  expect(findNeededGroups(['--version'])).toEqual([])
})
