import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { parseSecurable, type Securable } from '../../names/securable.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { listGrants } from './grant.ts'

export function registerWho(group: Command, io: Io): void {
  group
    .command('who')
    .description('Lists the grants on an object itself, not those above it.')
    .argument('<object>', 'such as namespace:lakehouse/sales')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, object: string, { limit }: { readonly limit?: number }) => {
        const query = queryOf(parseSecurable(object, session.warehouse))
        await listGrants(session, query, limit)
      }),
    )
}

function queryOf(securable: Securable): Readonly<Record<string, string | readonly string[]>> {
  return securable === 'server' ? { server: 'true' } : { ...securable }
}
