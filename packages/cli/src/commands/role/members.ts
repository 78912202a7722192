import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { formatGrantee, grantee } from '../../names/grantee.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

export function registerMembers(group: Command, io: Io): void {
  group
    .command('members')
    .description('Lists the direct members of a role.')
    .argument('<role>', 'its name or id')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, name: string, { limit }: { readonly limit?: number }) => {
        const listed = await readList(session, {
          path: path`/management/v1/roles/${name}/members`,
          key: 'members',
          item: grantee,
          limit,
        })
        showList(session, listed, `members of ${name}`, [
          { heading: 'member', cell: formatGrantee },
          { heading: 'id', cell: (member) => member.id },
        ])
      }),
    )
}
