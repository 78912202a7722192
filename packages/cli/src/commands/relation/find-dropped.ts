import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { relationAddress } from '../../names/address.ts'
import { formatTime } from '../../output/times.ts'
import type { Session } from '../../session.ts'
import { readDropped } from './dropped.ts'
import type { RelationKind } from './kind.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Returns the warehouse and the id of a dropped table or view. The user names it by its id, or by the name that it
 * had.
 *
 * @throws CliError when no dropped object has this name, or more than one has this name
 */
export async function findDropped(
  session: Session,
  kind: RelationKind,
  idOrName: string,
): Promise<{ readonly warehouse: string; readonly id: string }> {
  if (uuid.test(idOrName)) return { warehouse: session.warehouse, id: idOrName }
  const address = relationAddress(idOrName, session.warehouse)
  const { items } = await readDropped(session, kind, address)
  const found = items.filter(({ name }) => name === address.relation)
  const [only, ...others] = found
  if (only === undefined) {
    throw new CliError(exitCode.refused, `There is no dropped ${kind} ${idOrName} that can be restored.`, {
      next: `\`headgate ${kind} dropped\` lists dropped ${kind}s.`,
    })
  }
  if (others.length > 0) {
    const choices = found.map(({ id, droppedAt }) => `${id}  dropped ${formatTime(droppedAt)}`).join('\n')
    throw new CliError(exitCode.usage, `${found.length} dropped ${kind}s have the name ${idOrName}.`, {
      next: `Use the id of one of them:\n${choices}`,
    })
  }
  return { warehouse: address.warehouse, id: only.id }
}
