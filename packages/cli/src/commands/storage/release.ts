import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession, type Session } from '../../session.ts'
import { readRetired } from './retired-place.ts'

const answerSchema = z.object({ released: z.number() })
/** Locations that the question names. */
const maxNamed = 5

export function registerRelease(group: Command, io: Io): void {
  group
    .command('release')
    .description(
      'Frees retired places and places of ended reservations for new tables before the server does. Deletes no file. ' +
        'Credentials for the tables that were there can stay valid for up to 12 hours, and keys of mode static until ' +
        'they are replaced at the store.',
    )
    .argument('<location>', 'as `headgate storage retired` lists it; all places at and below it are freed')
    .action(inSession(io, release))
}

async function release(session: Session, location: string): Promise<void> {
  const { client, out, warehouse } = session
  const { items } = await readRetired(session, location)
  if (items.length > 0) {
    const named = items.slice(0, maxNamed).map((place) => place.location)
    const rest = items.length > maxNamed ? ` and ${items.length - maxNamed} more` : ''
    await session.confirm(`Free ${named.join(', ')}${rest}, although files or credentials may remain there?`)
  }
  const answer = await client.send({
    method: 'DELETE',
    path: path`/management/v1/warehouses/${warehouse}/retired-places`,
    query: { location },
  })
  const { released } = read(answerSchema, answer)
  out.answer({ json: { released } }, () =>
    released === 0 ? '' : `Retired places that are free now: ${released}`,
  )
  if (released === 0) out.note('There are no retired places at or below this location.')
}
