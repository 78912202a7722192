import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { readRetired, retiredColumns } from './retired-place.ts'

export function registerRetired(group: Command, io: Io): void {
  group
    .command('retired')
    .description(
      'Lists retired locations with the reason: former locations of tables and views, and locations of staged tables that were never created. New tables cannot use ' +
        'a retired location until the server finds it empty, or until `headgate storage release`. Locations for which clients may have keys of the vending mode static ' +
        'always need `headgate storage release`.',
    )
    .argument('[location]', 'list only retired locations at and below this location')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, location: string | undefined, { limit }: { readonly limit?: number }) =>
        showList(session, await readRetired(session, location, limit), 'retired locations', retiredColumns),
      ),
    )
}
