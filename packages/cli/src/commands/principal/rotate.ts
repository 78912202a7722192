import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession, type Session } from '../../session.ts'
import { outputOption, tellSecret, withSecretPlace } from '../../told-secret.ts'

const added = z.object({ clientId: z.string(), clientSecret: z.string() })

export function registerRotate(group: Command, io: Io): void {
  group
    .command('rotate')
    .description(
      'Makes a second client secret. Both are valid until `headgate principal drop-old-secret`, so that clients can ' +
        'change over without a gap.',
    )
    .argument('<principal>', 'its id, or the client id')
    .addOption(outputOption())
    .action(inSession(io, rotate))
}

async function rotate(
  session: Session,
  name: string,
  { output }: { readonly output?: string },
): Promise<void> {
  await withSecretPlace(session.io, output, 'replace', async (place) => {
    const answer = await session.client.send({
      method: 'POST',
      path: path`/management/v1/principals/${name}/secrets`,
    })
    const secret = read(added, answer)
    await tellSecret(session, place, { answer, secret, without: { clientId: secret.clientId } })
    session.out.note(`When its clients have the new one: headgate principal drop-old-secret ${name}`)
  })
}
