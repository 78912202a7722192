import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerClear } from './clear.ts'
import { registerOrphans } from './orphans.ts'
import { registerOverlaps } from './overlaps.ts'
import { registerRelease } from './release.ts'
import { registerRetired } from './retired.ts'

export function registerStorage(program: Command, io: Io): void {
  const group = program
    .command('storage')
    .description('Storage of a warehouse: unfinished tables, retired locations and overlaps.')
  registerOrphans(group, io)
  registerClear(group, io)
  registerOverlaps(group, io)
  registerRetired(group, io)
  registerRelease(group, io)
}
