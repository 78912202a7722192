import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { releaseRetiredPlaces } from '../../management/generated/storage.ts'
import { inSession, type Session } from '../../session.ts'
import { readRetired } from './retired-place.ts'

/** Maximum number of locations in the question that the user must confirm. */
const maxNamed = 5

export function registerRelease(group: Command, io: Io): void {
  group
    .command('release')
    .description(
      'Lets new tables use retired locations before the server releases these locations itself. Deletes no file. ' +
        'Credentials of the former tables can stay valid for up to 12 hours, and keys of the vending mode static until ' +
        'they are replaced at the store.',
    )
    .argument(
      '<location>',
      'location from `headgate storage retired`; all retired locations at and below it are released',
    )
    .action(inSession(io, release))
}

async function release(session: Session, location: string): Promise<void> {
  const { client, out, warehouse } = session
  const { items } = await readRetired(session, location)
  if (items.length > 0) {
    const named = items.slice(0, maxNamed).map((place) => place.location)
    const rest = items.length > maxNamed ? ` and ${items.length - maxNamed} more` : ''
    await session.confirm(
      `Release ${named.join(', ')}${rest}, although files or credentials may remain there?`,
    )
  }
  const { released } = (await releaseRetiredPlaces(client, { warehouse, query: { location } })).body
  out.result({ json: { released } }, () => (released === 0 ? '' : `Released retired locations: ${released}`))
  if (released === 0) out.note('There are no retired locations at or below this location.')
}
