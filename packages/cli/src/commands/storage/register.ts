import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerClear } from './clear.ts'
import { registerOrphans } from './orphans.ts'

export function registerStorage(program: Command, io: Io): void {
  const group = program.command('storage').description('What lies in a warehouse and belongs to nothing.')
  registerOrphans(group, io)
  registerClear(group, io)
}
