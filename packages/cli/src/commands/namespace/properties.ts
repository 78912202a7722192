import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { path } from '../../connection/path.ts'
import { decode } from '../../connection/response.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { namespaceAddress } from '../../names/address.ts'
import { keyValue, repeatable } from '../../options.ts'
import { details } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'

interface Options {
  readonly set?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
}

const changeDecoder = z.object({
  updated: z.array(z.string()),
  removed: z.array(z.string()),
  missing: z.array(z.string()).nullish(),
})

export function registerProperties(group: Command, io: Io): void {
  group
    .command('properties')
    .description('Sets and removes properties of a namespace in one step.')
    .argument('<namespace>', 'such as sales.eu')
    .option('--set <key=value>', 'set this property; repeatable', keyValue)
    .option('--remove <key>', 'remove this property; repeatable', repeatable)
    .action(inSession(io, properties))
}

async function properties(session: Session, name: string, { set = {}, remove = [] }: Options): Promise<void> {
  if (Object.keys(set).length + remove.length === 0) {
    throw new CliError(exitCode.usage, 'The command has no option, so it would change nothing.', {
      next: 'Add --set KEY=VALUE or --remove KEY. `headgate namespace show` shows the properties.',
    })
  }
  const { warehouse, namespace } = namespaceAddress(name, session.warehouse)
  const response = await session.client.send({
    method: 'POST',
    path: path`/v1/${warehouse}/namespaces/${namespace}/properties`,
    body: { updates: set, removals: remove },
  })
  session.out.result(response, (paint) => {
    const { updated, removed, missing } = decode(changeDecoder, response)
    return details(paint, [
      ['set', updated.join(', ') || null],
      ['removed', removed.join(', ') || null],
      ['did not exist', missing?.length ? missing.join(', ') : undefined],
    ])
  })
}
