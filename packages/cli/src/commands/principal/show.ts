import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { details } from '../../output/table.ts'
import { moment } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { principal, principalFacts } from './principal.ts'

const shown = z.object({ principal, secrets: z.array(z.object({ createdAt: z.string() })) })

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a principal and how old its secrets are.')
    .argument('<principal>', 'its id, or the client id')
    .action(inSession(io, show))
}

async function show({ client, out }: Session, name: string): Promise<void> {
  const answer = await client.send({ method: 'GET', path: path`/management/v1/principals/${name}` })
  out.answer(answer, (paint) => {
    const said = read(shown, answer)
    const secrets = said.secrets.map(({ createdAt }) => moment(createdAt)).join(', ')
    return details(paint, [...principalFacts(said.principal), ['secrets made', secrets || null]])
  })
}
