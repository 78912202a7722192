import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { searchNames } from '../management/generated/search.ts'
import type { NameMatch } from '../management/generated/schemas.ts'
import { formatLevels } from '../names/dotted.ts'
import { limitOption } from '../options.ts'
import { inSession, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

interface Options {
  readonly in?: string
  readonly limit: number
}

export function registerSearch(program: Command, io: Io): void {
  program
    .command('search')
    .description(
      'Finds namespaces, tables and views whose names begin with a text, in upper or lower case, in all warehouses.',
    )
    .argument('<text>', 'beginning of the name of a table or view, or of the last level of a namespace')
    .option('--in <warehouse>', 'search only this warehouse')
    .addOption(limitOption(20))
    .action(inSession(io, search))
}

async function search(session: Session, text: string, { in: warehouse, limit }: Options): Promise<void> {
  const { body, json } = await searchNames(session.client, { query: { text, warehouse, limit } })
  showList(session, { items: body.matches, json, more: body.more }, 'visible names with this beginning', [
    { heading: 'kind', cell: ({ kind }) => kind },
    { heading: 'name', cell: formatMatch },
  ])
}

function formatMatch({ warehouse, namespace, name }: NameMatch): string {
  return `${warehouse}/${formatLevels(name === null ? namespace : [...namespace, name])}`
}
