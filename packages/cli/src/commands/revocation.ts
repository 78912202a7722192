import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../connection/answer.ts'
import { path } from '../connection/path.ts'
import type { Io } from '../io.ts'
import { relationAddress } from '../names/address.ts'
import { moment } from '../output/times.ts'
import { visible } from '../output/visible.ts'
import { inSession, type Session } from '../session.ts'

type Kind = 'warehouse' | 'table'

const revoked = z.object({ notBefore: z.string() })

/** `revoke-access` of whatever storage access is handed out for. */
export function registerRevocation(group: Command, io: Io, kind: Kind): void {
  const what = kind === 'warehouse' ? 'everything in a warehouse' : 'a table'
  group
    .command('revoke-access')
    .description(
      `Ends the storage access and refresh tokens that were handed out for ${what}. Who still has the right gets it anew.`,
    )
    .argument(`<${kind}>`)
    .action(inSession(io, (session, name: string) => revoke(session, kind, name)))
}

async function revoke(session: Session, kind: Kind, name: string): Promise<void> {
  const { warehouse, ...body } = addressOf(session, kind, name)
  await session.confirm(
    `End all storage access that was handed out for the ${kind} ${name}? Running jobs must ask anew.`,
  )
  const answer = await session.client.send({
    method: 'POST',
    path: path`/management/v1/warehouses/${warehouse}/revoke-access`,
    body,
  })
  session.out.answer(answer, () =>
    visible(
      `Storage access for the ${kind} ${name} from before ${moment(read(revoked, answer).notBefore)} is over.`,
    ),
  )
  session.out.note(
    'What a store gave out itself (vending sts, static) lives until its own end: its keys are revoked there.',
  )
}

function addressOf(
  session: Session,
  kind: Kind,
  name: string,
): { readonly warehouse: string; readonly namespace?: readonly string[]; readonly table?: string } {
  if (kind === 'warehouse') return { warehouse: name }
  const { warehouse, namespace, relation } = relationAddress(name, session.warehouse)
  return { warehouse, namespace, table: relation }
}
