import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { relationAddress } from '../../names/address.ts'
import { moment } from '../../output/times.ts'
import type { Session } from '../../session.ts'
import { readDropped } from './dropped.ts'
import type { RelationKind } from './kind.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The id of something dropped, from its id or its old name.
 *
 * @throws CliError when nothing of that name was dropped, or more than one thing was
 */
export async function findDropped(
  session: Session,
  kind: RelationKind,
  given: string,
): Promise<{ readonly warehouse: string; readonly id: string }> {
  if (uuid.test(given)) return { warehouse: session.warehouse, id: given }
  const address = relationAddress(given, session.warehouse)
  const { items } = await readDropped(session, kind, address)
  const found = items.filter(({ name }) => name === address.relation)
  const [only, ...others] = found
  if (only === undefined) {
    throw new CliError(exitCode.refused, `No ${kind} ${given} was dropped and is still kept.`, {
      next: `\`headgate ${kind} dropped\` lists those that are.`,
    })
  }
  if (others.length > 0) {
    const choices = found.map(({ id, droppedAt }) => `${id}  dropped ${moment(droppedAt)}`).join('\n')
    throw new CliError(exitCode.usage, `${found.length} ${kind}s of the name ${given} were dropped.`, {
      next: `Name one by its id:\n${choices}`,
    })
  }
  return { warehouse: address.warehouse, id: only.id }
}
