import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerCheck } from './check.ts'
import { registerExplain } from './explain.ts'
import { registerWhoCan } from './who-can.ts'
import { registerWhoami } from './whoami.ts'

/** Registers `whoami`, `explain` and the group `access`. */
export function registerAccess(program: Command, io: Io): void {
  registerWhoami(program, io)
  registerExplain(program, io)
  const group = program
    .command('access')
    .description('Shows access decisions without sending the operation itself.')
  registerCheck(group, io)
  registerWhoCan(group, io)
}
