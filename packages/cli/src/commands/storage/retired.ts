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
      'Lists places that tables and views left, and places of ended reservations. New tables cannot use them until ' +
        'the server finds them empty, or `headgate storage release` frees them.',
    )
    .argument('[location]', 'only places at and below it')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, location: string | undefined, { limit }: { readonly limit?: number }) =>
        showList(session, await readRetired(session, location, limit), 'retired places', retiredColumns),
      ),
    )
}
