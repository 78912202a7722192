import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { withFlagNames } from '../../connection/flag-names.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { updateEngine } from '../../management/generated/engines.ts'
import { inSession } from '../../session.ts'
import { addEntryOptions, type EntryOptions, toEntry } from './entry-options.ts'
import { engineFlags } from './flag-names.ts'
import { formatEngine } from './format-engine.ts'

export function registerSet(group: Command, io: Io): void {
  const command = group
    .command('set')
    .description(
      'Changes settings of an engine. Settings without an option remain. The change applies immediately, also to running sessions.',
    )
    .argument('<engine>', 'id or client id')
  addEntryOptions(command).action(
    inSession(io, async ({ client, out }, engine: string, options: EntryOptions) => {
      if (Object.keys(options).length === 0) {
        throw new CliError(exitCode.usage, 'The command has no option, so it would change nothing.', {
          next: 'Add an option. `headgate engine set --help` lists the options.',
        })
      }
      const response = await withFlagNames(
        updateEngine(client, { engine, body: toEntry(options) }),
        engineFlags,
      )
      out.result(response, (paint) => formatEngine(paint, response.body))
    }),
  )
}
