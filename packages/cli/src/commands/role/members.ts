import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listRoleMembers } from '../../management/generated/roles.ts'
import { formatGrantee } from '../../names/grantee.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

export function registerMembers(group: Command, io: Io): void {
  group
    .command('members')
    .description('Lists the direct members of a role.')
    .argument('<role>', 'name or id')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, role: string, { limit }: { readonly limit?: number }) => {
        const listed = await readList(session, {
          key: 'members',
          request: (query) => listRoleMembers(session.client, { role, query }),
          limit,
        })
        showList(session, listed, `members of ${role}`, [{ heading: 'member', cell: formatGrantee }])
      }),
    )
}
