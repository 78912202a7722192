import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerAdd } from './add.ts'
import { registerList } from './list.ts'
import { registerRemove } from './remove.ts'
import { registerSet } from './set.ts'
import { registerShow } from './show.ts'

export function registerEngines(program: Command, io: Io): void {
  const group = program
    .command('engine')
    .description('Engines: clients that act for users, such as Trino, and the limits of each.')
  registerAdd(group, io)
  registerList(group, io)
  registerShow(group, io)
  registerSet(group, io)
  registerRemove(group, io)
}
