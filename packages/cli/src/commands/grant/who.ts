import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { parseSecurable, toSecurableQuery } from '../../names/securable.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showGrants } from './show-grants.ts'

export function registerWho(group: Command, io: Io): void {
  group
    .command('who')
    .description('Lists the direct grants on an object, without those on the objects that contain it.')
    .argument('<object>', 'such as namespace:lakehouse/sales')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, object: string, { limit }: { readonly limit?: number }) => {
        const query = toSecurableQuery(parseSecurable(object, session.warehouse))
        await showGrants(session, query, limit)
      }),
    )
}
