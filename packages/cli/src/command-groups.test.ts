import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { commandGroups, findNeededGroups } from './command-groups.ts'
import { createProgram } from './program.ts'

const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
const io = { args: [], env: {}, cwd: '/', stdin, stdout, stderr }

test.each(commandGroups.map((group) => [group.names.join(', '), group] as const))(
  'the group of %s registers exactly these commands',
  async (_, group) => {
    const program = await createProgram(io, '1.0.0', [group])
    expect(program.commands.map((command) => command.name())).toEqual(group.names)
  },
)

test('names of commands are unique', () => {
  const names = commandGroups.flatMap((group) => group.names)
  expect(new Set(names).size).toBe(names.length)
})

test('a command line loads the groups whose commands are among its arguments', () => {
  const names = (...args: readonly string[]) => findNeededGroups(args).map((group) => group.names[0])
  expect(names('role', 'list')).toEqual(['role'])
  expect(names('--url', 'http://a', '--json', 'role', 'list')).toEqual(['role'])
  // A warehouse can have the same name as a command.
  expect(names('--warehouse', 'audit', 'role', 'list')).toEqual(['role', 'audit'])
  expect(names('help', 'view')).toEqual(['table'])
})

test('help and unknown commands load all groups, and the version loads none', () => {
  expect(findNeededGroups(['--help'])).toBe(commandGroups)
  expect(findNeededGroups([])).toBe(commandGroups)
  expect(findNeededGroups(['rolle'])).toBe(commandGroups)
  expect(findNeededGroups(['--version'])).toEqual([])
})
