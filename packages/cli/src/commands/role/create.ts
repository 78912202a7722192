import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { createRole } from '../../management/generated/roles.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'

export function registerCreate(group: Command, io: Io): void {
  group
    .command('create')
    .description('Creates a role without members and grants.')
    .argument('<name>')
    .action(
      inSession(io, async ({ client, out }, name: string) => {
        const response = await createRole(client, { body: { name } })
        out.result(response, (paint) => {
          const { id, createdAt } = response.body
          return details(paint, [
            ['name', name],
            ['id', id],
            ['created', formatTime(createdAt)],
          ])
        })
      }),
    )
}
