import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import { inFlags } from '../../connection/in-flags.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'
import { engine, engineText } from './engine.ts'
import { engineFlags } from './flag-names.ts'
import { addEntryOptions, entryBody, type EntryOptions } from './entry-options.ts'

export function registerSet(group: Command, io: Io): void {
  const command = group
    .command('set')
    .description(
      'Changes what is given of an entry, at once also for sessions that run, and leaves the rest.',
    )
    .argument('<engine>', 'its id, or the client id')
  addEntryOptions(command).action(
    inSession(io, async ({ client, out }, name: string, options: EntryOptions) => {
      if (Object.keys(options).length === 0) {
        throw new CliError(exitCode.usage, 'There is nothing to change.', {
          next: '`headgate engine set --help` lists what can be.',
        })
      }
      const body = entryBody(options)
      const sent = client.send({ method: 'PATCH', path: path`/management/v1/engines/${name}`, body })
      const answer = await inFlags(sent, engineFlags)
      out.answer(answer, (paint) => engineText(paint, read(engine, answer)))
    }),
  )
}
