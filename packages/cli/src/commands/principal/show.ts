import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { getPrincipal } from '../../management/generated/principals.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { principalFacts } from './principal-facts.ts'

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a principal and the age of its secrets.')
    .argument('<principal>', 'id or client id')
    .action(inSession(io, show))
}

async function show({ client, out }: Session, name: string): Promise<void> {
  const response = await getPrincipal(client, { principal: name })
  out.result(response, (paint) => {
    const { principal, secrets } = response.body
    const times = secrets.map(({ createdAt }) => formatTime(createdAt)).join(', ')
    return details(paint, [...principalFacts(principal), ['secrets created', times || null]])
  })
}
