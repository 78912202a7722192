import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { addSecret } from '../../management/generated/principals.ts'
import { outputOption, showSecret, withSecretFile } from '../../secret-output.ts'
import { inSession, type Session } from '../../session.ts'

export function registerRotate(group: Command, io: Io): void {
  group
    .command('rotate')
    .description(
      'Creates a second client secret. Both are valid until `headgate principal drop-old-secret`, so that clients can ' +
        'change to the new one without a gap.',
    )
    .argument('<principal>', 'id or client id')
    .addOption(outputOption())
    .action(inSession(io, rotate))
}

async function rotate(
  session: Session,
  principal: string,
  { output }: { readonly output?: string },
): Promise<void> {
  await withSecretFile(session.io, output, 'replace', async (file) => {
    const response = await addSecret(session.client, { principal })
    const secret = response.body
    await showSecret(session, file, {
      result: response,
      secret,
      resultWithoutSecret: { clientId: secret.clientId },
    })
    session.out.note(`When all clients have the new secret: headgate principal drop-old-secret ${principal}`)
  })
}
