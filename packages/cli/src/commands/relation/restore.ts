import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { visible } from '../../output/visible.ts'
import { inSession, type Session } from '../../session.ts'
import { findDropped } from './find-dropped.ts'
import type { RelationKind } from './kind.ts'

const restored = z.object({ namespace: z.array(z.string()), name: z.string() })

export function registerRestore(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('restore')
    .description(`Brings a dropped ${kind} back.`)
    .argument(`<${kind}>`, 'its old name, or its id from `dropped`')
    .option('--as <name>', 'another name for it, whole, such as sales.orders_old')
    .action(
      inSession(io, (session, given: string, { as }: { readonly as?: string }) =>
        restore(session, kind, given, as),
      ),
    )
}

async function restore(
  session: Session,
  kind: RelationKind,
  given: string,
  as: string | undefined,
): Promise<void> {
  const { warehouse, id } = await findDropped(session, kind, given)
  const to = as === undefined ? undefined : relationAddress(as, warehouse)
  if (to !== undefined && to.warehouse !== warehouse) {
    throw new CliError(exitCode.usage, `A ${kind} cannot move to another warehouse.`)
  }
  const answer = await session.client.send({
    method: 'POST',
    path: path`/management/v1/warehouses/${warehouse}/dropped/${id}/restore`,
    body: { namespace: to?.namespace, name: to?.relation },
  })
  session.out.answer(answer, () => {
    const { namespace, name } = read(restored, answer)
    return visible(`The ${kind} is back as ${formatLevels([...namespace, name])}.`)
  })
}
