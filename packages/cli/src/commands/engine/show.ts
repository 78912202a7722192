import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { getEngine } from '../../management/generated/engines.ts'
import { inSession } from '../../session.ts'
import { formatEngine } from './format-engine.ts'

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows the permissions of an engine and the users that it may act for.')
    .argument('<engine>', 'id or client id')
    .action(
      inSession(io, async ({ client, out }, engine: string) => {
        const response = await getEngine(client, { engine })
        out.result(response, (paint) => formatEngine(paint, response.body))
      }),
    )
}
