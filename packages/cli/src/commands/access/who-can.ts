import { Argument, type Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { parseObject } from '../../names/securable.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { principal } from '../principal/principal.ts'
import { privileges } from './subject-options.ts'

export function registerWhoCan(group: Command, io: Io): void {
  group
    .command('who-can')
    .description('Lists who may do something with an object when nobody acts for them. You must manage it.')
    .addArgument(new Argument('<privilege>', 'what is asked for').choices(privileges))
    .argument('<object>', 'such as table:lakehouse/sales.orders')
    .addOption(limitOption())
    .action(
      inSession(
        io,
        async (session, privilege: string, object: string, { limit }: { readonly limit?: number }) => {
          const securable = parseObject(object, session.warehouse)
          const on = securable === 'server' ? { server: 'true' } : { ...securable }
          const listed = await readList(session, {
            path: '/management/v1/access/who-can',
            query: { privilege, ...on },
            key: 'principals',
            item: principal,
            limit,
          })
          showList(session, listed, 'principals that may', [
            { heading: 'name', cell: ({ name }) => name },
            { heading: 'kind', cell: ({ kind }) => kind },
            { heading: 'issuer', cell: ({ issuer }) => issuer },
            { heading: 'id', cell: ({ id }) => id },
          ])
        },
      ),
    )
}
