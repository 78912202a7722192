import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerList } from './list.ts'
import { registerRemove } from './remove.ts'
import { registerSet } from './set.ts'
import { registerUse } from './use.ts'

export function registerProfiles(program: Command, io: Io): void {
  const group = program
    .command('profile')
    .description(
      'Profiles: settings for several servers, each with its URL, warehouse, and login or credential file. ' +
        '`headgate login --profile NAME --url URL` creates one with a login.',
    )
  registerSet(group, io)
  registerList(group, io)
  registerUse(group, io)
  registerRemove(group, io)
}
