import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerList } from './list.ts'
import { registerRevoke } from './revoke.ts'

export function registerCredentials(program: Command, io: Io): void {
  const group = program
    .command('credentials')
    .description('Issued storage credentials: their holders, tables, rights and expiry.')
  registerList(group, io)
  registerRevoke(group, io)
}
