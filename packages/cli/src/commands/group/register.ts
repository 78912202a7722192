import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerList } from './list.ts'

export function registerGroups(program: Command, io: Io): void {
  const group = program
    .command('group')
    .description('Groups of people at the issuers they sign in with: who is in one, their tokens say.')
  registerList(group, io)
}
