import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { restoreDropped } from '../../management/generated/dropped.ts'
import { relationAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { visible } from '../../output/visible.ts'
import { inSession, type Session } from '../../session.ts'
import { findDropped } from './find-dropped.ts'
import type { RelationKind } from './kind.ts'

export function registerRestore(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('restore')
    .description(`Restores a dropped ${kind}.`)
    .argument(`<${kind}>`, 'old name, or id from `dropped`')
    .option('--as <name>', 'another full name, such as sales.orders_old')
    .action(
      inSession(io, (session, name: string, { as }: { readonly as?: string }) =>
        restore(session, kind, name, as),
      ),
    )
}

async function restore(
  session: Session,
  kind: RelationKind,
  oldName: string,
  as: string | undefined,
): Promise<void> {
  const { warehouse, id } = await findDropped(session, kind, oldName)
  const to = as === undefined ? undefined : relationAddress(as, warehouse)
  if (to !== undefined && to.warehouse !== warehouse) {
    throw new CliError(exitCode.usage, `A ${kind} can be restored only in its own warehouse.`)
  }
  const body = { namespace: to?.namespace, name: to?.relation }
  const response = await restoreDropped(session.client, { warehouse, id, body })
  session.out.result(response, () => {
    const { namespace, name } = response.body
    return visible(`The ${kind} is restored as ${formatLevels([...namespace, name])}.`)
  })
}
