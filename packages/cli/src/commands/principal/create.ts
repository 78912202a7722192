import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { createPrincipal } from '../../management/generated/principals.ts'
import { outputOption, showSecret, withSecretFile } from '../../secret-output.ts'
import { inSession, type Session } from '../../session.ts'
import { principalFacts } from './principal-facts.ts'

export function registerCreate(group: Command, io: Io): void {
  group
    .command('create')
    .description(
      'Creates a service with a client secret and without grants. `headgate grant give` grants privileges (to create and write tables: `headgate grant give modify create --on warehouse:NAME --to principal:NAME`). If the connection to the server ' +
        'breaks before the secret is shown, `headgate principal rotate` creates another secret, and `drop-old-secret` deletes the first one.',
    )
    .argument('<name>', 'name, which is also the client id')
    .addOption(outputOption())
    .action(inSession(io, create))
}

async function create(
  session: Session,
  name: string,
  { output }: { readonly output?: string },
): Promise<void> {
  await withSecretFile(session.io, output, 'new', async (file) => {
    const response = await createPrincipal(session.client, { body: { name } })
    const { principal, secret } = response.body
    await showSecret(session, file, {
      result: response,
      secret,
      resultWithoutSecret: { principal },
      facts: principalFacts(principal),
    })
    session.out.note(
      `The principal has no privileges yet. To create, read and write tables: headgate grant give modify create --on warehouse:${session.warehouse} --to principal:${name}`,
    )
  })
}
