import type { Command } from 'commander'
import { withFlagNames } from '../../connection/flag-names.ts'
import type { Io } from '../../io.ts'
import { createEngine } from '../../management/generated/engines.ts'
import { inSession } from '../../session.ts'
import { addEntryOptions, type EntryOptions, toEntry } from './entry-options.ts'
import { engineFlags } from './flag-names.ts'
import { formatEngine } from './format-engine.ts'

export function registerAdd(group: Command, io: Io): void {
  const command = group
    .command('add')
    .description('Registers a principal as an engine, with only the permissions that the options set.')
    .argument('<principal>', 'id or client id')
  addEntryOptions(command).action(
    inSession(io, async ({ client, out }, principal: string, options: EntryOptions) => {
      const body = { principal, ...toEntry(options) }
      const response = await withFlagNames(createEngine(client, { body }), engineFlags)
      out.result(response, (paint) => formatEngine(paint, response.body))
      if (options.subject === undefined)
        out.note(
          `The engine cannot act for users yet: headgate engine set ${principal} --subject "ISSUER PATTERN"`,
        )
    }),
  )
}
