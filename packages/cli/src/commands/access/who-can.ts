import { Argument, type Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { whoCan } from '../../management/generated/access.ts'
import { parseObject, toSecurableQuery } from '../../names/securable.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { privileges } from './subject-options.ts'

export function registerWhoCan(group: Command, io: Io): void {
  group
    .command('who-can')
    .description(
      'Lists the principals that have a privilege on an object. Limits of engines that act for them are not considered. You must manage the object. If you manage the server, the list contains all such principals, otherwise only those named in grants on the object.',
    )
    .addArgument(new Argument('<privilege>').choices(privileges))
    .argument('<object>', 'such as table:lakehouse/sales.orders')
    .addOption(limitOption())
    .action(
      inSession(
        io,
        async (session, privilege: string, object: string, { limit }: { readonly limit?: number }) => {
          const on = toSecurableQuery(parseObject(object, session.warehouse))
          const listed = await readList(session, {
            key: 'principals',
            request: (page) => whoCan(session.client, { query: { privilege, ...on, ...page } }),
            limit,
          })
          showList(session, listed, 'principals with this privilege', [
            { heading: 'name', cell: ({ name }) => name },
            { heading: 'kind', cell: ({ kind }) => kind },
            { heading: 'issuer', cell: ({ issuer }) => issuer },
          ])
        },
      ),
    )
}
