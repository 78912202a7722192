import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { listKeys, retireKey } from '../../management/generated/keys.ts'
import { inSession, type Session } from '../../session.ts'

export function registerRetire(group: Command, io: Io): void {
  group
    .command('retire')
    .description(
      'Deletes a key, such as a leaked one, which invalidates everything that the key signed or sealed. Other retired keys need ' +
        'no command: the server deletes them when everything that they signed or sealed has expired.',
    )
    .argument('<id>', 'id from `headgate keys list`')
    .action(inSession(io, retire))
}

async function retire({ client, confirm, out }: Session, id: string): Promise<void> {
  const key = (await listKeys(client)).body.keys.find((each) => each.id === id)
  if (key === undefined) {
    throw new CliError(exitCode.refused, `The server has no signing or sealing key with the id ${id}.`, {
      next: 'List the ids of the keys with `headgate keys list`.',
    })
  }
  await confirm(
    `Delete the ${key.state} key ${id}? Every ${key.purpose} that it signed or sealed becomes invalid immediately.`,
  )
  out.result(await retireKey(client, { key: id }), () => `The key ${id} is deleted.`)
}
