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
      'Lists the former places of tables and views, and places of ended reservations, with the reason. New tables cannot use ' +
        'them until the server finds them empty, or until `headgate storage release`. Places for which keys of mode static ' +
        'may be in use need the release.',
    )
    .argument('[location]', 'list only places at and below this location')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, location: string | undefined, { limit }: { readonly limit?: number }) =>
        showList(session, await readRetired(session, location, limit), 'retired places', retiredColumns),
      ),
    )
}
