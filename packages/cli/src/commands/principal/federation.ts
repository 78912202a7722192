import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { moment } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

const federations = z.object({
  federations: z.array(z.object({ issuer: z.string(), subject: z.string(), createdAt: z.string() })),
})

/** `headgate principal federation …`: names under which other issuers know a client. */
export function registerFederations(principals: Command, io: Io): void {
  const group = principals
    .command('federation')
    .description(
      'Names under which other issuers know a client: their tokens prove it (Kubernetes, cloud workloads).',
    )
  withName(group.command('add').description('Lets tokens of this subject prove the client.')).action(
    inSession(io, async ({ client, out }, name: string, issuer: string, subject: string) => {
      const at = path`/management/v1/principals/${name}/federations`
      const answer = await client.send({ method: 'POST', path: at, body: { issuer, subject } })
      out.answer(answer, () => `Tokens of ${subject} at ${issuer} prove ${name} now.`)
    }),
  )
  group
    .command('list')
    .description('Lists them.')
    .argument('<principal>', 'its id, or the client id')
    .action(
      inSession(io, async (session, name: string) => {
        const at = path`/management/v1/principals/${name}/federations`
        const answer = await session.client.send({ method: 'GET', path: at })
        const items = read(federations, answer).federations
        showList(session, { items, json: answer.json, more: false }, 'names elsewhere', [
          { heading: 'issuer', cell: (row) => row.issuer },
          { heading: 'subject', cell: (row) => row.subject },
          { heading: 'created', cell: (row) => moment(row.createdAt) },
        ])
      }),
    )
  withName(
    group.command('remove').description('Stops tokens of this subject from proving the client.'),
  ).action(
    inSession(io, async ({ client, confirm, out }, name: string, issuer: string, subject: string) => {
      await confirm(`Stop tokens of ${subject} at ${issuer} from proving ${name}?`)
      const at = path`/management/v1/principals/${name}/federations/remove`
      const answer = await client.send({ method: 'POST', path: at, body: { issuer, subject } })
      out.answer(answer, () => `Tokens of ${subject} at ${issuer} prove ${name} no more.`)
    }),
  )
}

function withName(command: Command): Command {
  return command
    .argument('<principal>', 'its id, or the client id')
    .argument('<issuer>', 'a configured issuer, letter by letter, or one that its tokens name in act')
    .argument('<subject>', 'the sub of its tokens')
}
