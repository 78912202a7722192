import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { revokeAccess } from '../management/generated/warehouses.ts'
import { relationAddress } from '../names/address.ts'
import { formatTime } from '../output/times.ts'
import { visible } from '../output/visible.ts'
import { inSession, type Session } from '../session.ts'

type Kind = 'warehouse' | 'table'

/**
 * Registers `revoke-access` for warehouses or tables, which revokes the storage credentials and refresh tokens that
 * were issued for them.
 */
export function registerRevocation(group: Command, io: Io, kind: Kind): void {
  const objects = kind === 'warehouse' ? 'all tables of a warehouse' : 'a table'
  group
    .command('revoke-access')
    .description(
      `Revokes the storage credentials and refresh tokens that were issued for ${objects}. Callers that may use the data can get new ones.`,
    )
    .argument(`<${kind}>`)
    .action(inSession(io, (session, name: string) => revoke(session, kind, name)))
}

async function revoke(
  { client, confirm, out, warehouse: usual }: Session,
  kind: Kind,
  name: string,
): Promise<void> {
  const { warehouse, ...body } = parseAddress(kind, name, usual)
  await confirm(
    `Revoke all storage access that was issued for the ${kind} ${name}? Running jobs must request it again.`,
  )
  const response = await revokeAccess(client, { warehouse, body })
  out.result(response, () =>
    visible(
      `Storage access for the ${kind} ${name} that was issued before ${formatTime(response.body.notBefore)} is revoked.`,
    ),
  )
  out.note(
    'Credentials that the store issued (vending sts) and keys of the store (vending static) stay valid: revoke them at the store.',
  )
}

function parseAddress(
  kind: Kind,
  name: string,
  defaultWarehouse: string,
): { readonly warehouse: string; readonly namespace?: readonly string[]; readonly table?: string } {
  if (kind === 'warehouse') return { warehouse: name }
  const { warehouse, namespace, relation } = relationAddress(name, defaultWarehouse)
  return { warehouse, namespace, table: relation }
}
