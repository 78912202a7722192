import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import type { Io } from '../../io.ts'
import { details } from '../../output/table.ts'
import { moment } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { role } from './role.ts'

export function registerCreate(group: Command, io: Io): void {
  group
    .command('create')
    .description('Makes a role without members or rights.')
    .argument('<name>')
    .action(
      inSession(io, async ({ client, out }, name: string) => {
        const answer = await client.send({ method: 'POST', path: '/management/v1/roles', body: { name } })
        out.answer(answer, (paint) => {
          const { id, createdAt } = read(role, answer)
          return details(paint, [
            ['name', name],
            ['id', id],
            ['created', moment(createdAt)],
          ])
        })
      }),
    )
}
