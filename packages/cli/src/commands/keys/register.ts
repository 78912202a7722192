import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerAdd } from './add.ts'
import { registerList } from './list.ts'
import { registerPromote } from './promote.ts'
import { registerReseal } from './reseal.ts'
import { registerRetire } from './retire.ts'
import { registerRotate } from './rotate.ts'

export function registerKeys(program: Command, io: Io): void {
  const group = program
    .command('keys')
    .description(
      'Keys that the server creates to sign and seal tokens, and the master key that seals these keys.',
    )
  registerList(group, io)
  registerRotate(group, io)
  registerAdd(group, io)
  registerPromote(group, io)
  registerRetire(group, io)
  registerReseal(group, io)
}
