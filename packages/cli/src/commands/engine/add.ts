import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import { inFlags } from '../../connection/in-flags.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'
import { engine, engineText } from './engine.ts'
import { engineFlags } from './flag-names.ts'
import { addEntryOptions, entryBody, type EntryOptions } from './entry-options.ts'

export function registerAdd(group: Command, io: Io): void {
  const command = group
    .command('add')
    .description('Registers a principal as an engine. What is not given stays closed.')
    .argument('<principal>', 'its id, or the client id')
  addEntryOptions(command).action(
    inSession(io, async ({ client, out }, principal: string, options: EntryOptions) => {
      const body = { principal, ...entryBody(options) }
      const answer = await inFlags(
        client.send({ method: 'POST', path: '/management/v1/engines', body }),
        engineFlags,
      )
      out.answer(answer, (paint) => engineText(paint, read(engine, answer)))
      if (options.subject === undefined)
        out.note(`It acts for nobody yet: headgate engine set ${principal} --subject "ISSUER PATTERN"`)
    }),
  )
}
