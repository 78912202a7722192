import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerList } from './list.ts'

export function registerGroups(program: Command, io: Io): void {
  const group = program
    .command('group')
    .description(
      'Groups of users at identity providers. The tokens of a user contain the groups of the user.',
    )
  registerList(group, io)
}
