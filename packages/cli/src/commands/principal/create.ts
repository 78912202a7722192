import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import type { Io } from '../../io.ts'
import { inSession, type Session } from '../../session.ts'
import { outputOption, tellSecret, withSecretPlace } from '../../told-secret.ts'
import { principal, principalFacts } from './principal.ts'

const created = z.object({
  principal,
  secret: z.object({ clientId: z.string(), clientSecret: z.string() }),
})

export function registerCreate(group: Command, io: Io): void {
  group
    .command('create')
    .description(
      'Makes a service with a client secret, and without any rights: `headgate grant give` gives them (to one that creates and writes tables: `headgate grant give modify create --on warehouse:NAME --to principal:NAME`). When the connection ' +
        'breaks before the secret is told, `headgate principal rotate` makes one that is, and `drop-old-secret` ends the other.',
    )
    .argument('<name>', 'also the client id')
    .addOption(outputOption())
    .action(inSession(io, create))
}

async function create(
  session: Session,
  name: string,
  { output }: { readonly output?: string },
): Promise<void> {
  await withSecretPlace(session.io, output, 'new', async (place) => {
    const answer = await session.client.send({
      method: 'POST',
      path: '/management/v1/principals',
      body: { name },
    })
    const said = read(created, answer)
    await tellSecret(session, place, {
      answer,
      secret: said.secret,
      without: { principal: { ...said.principal } },
      about: principalFacts(said.principal),
    })
    session.out.note(
      `It has no privileges yet. To create, read and write tables: headgate grant give modify create --on warehouse:${session.warehouse} --to principal:${name}`,
    )
  })
}
