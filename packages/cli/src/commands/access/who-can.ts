import { Argument, type Command } from 'commander'
import { z } from 'zod'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { parseObject } from '../../names/securable.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { privileges } from './subject-options.ts'

const holder = z.object({ id: z.string(), issuer: z.string(), name: z.string(), kind: z.string() })

export function registerWhoCan(group: Command, io: Io): void {
  group
    .command('who-can')
    .description(
      'Lists the principals that may do something with an object that you manage, when no engine acts for them: all of them if you manage the server, else those that its grants name.',
    )
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
            item: holder,
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
