import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { revokeStorageAccess } from '../../management/generated/credentials.ts'
import { revokeAccess } from '../../management/generated/warehouses.ts'
import { relationAddress } from '../../names/address.ts'
import { formatTime } from '../../output/times.ts'
import { visible } from '../../output/visible.ts'
import { inSession, type Session } from '../../session.ts'

/**
 * Options of `headgate credentials revoke`, which select the storage credentials to revoke. Exactly one of them is
 * set.
 */
interface Options {
  readonly principal?: string
  readonly engine?: string
  readonly table?: string
  readonly in?: string
}

type Scope = 'principal' | 'engine' | 'table' | 'warehouse'

export function registerRevoke(group: Command, io: Io): void {
  group
    .command('revoke')
    .description(
      'Revokes storage credentials and refresh tokens. The gateway refuses them within 30 seconds; a store accepts them until they expire, and they are not renewed. Callers that may use the data can get new ones.',
    )
    .option('--principal <name>', 'revoke those of this principal: its client id, id, or ISSUER#SUBJECT')
    .option('--engine <name>', 'revoke those that this engine received, for users or for itself')
    .option('--table <table>', 'revoke those for this table: lakehouse/sales.orders')
    .option('--in <warehouse>', 'revoke those for all tables of this warehouse')
    .action(inSession(io, revoke))
}

async function revoke(session: Session, options: Options): Promise<void> {
  const { confirm, out } = session
  const [scope, name] = readScope(options)
  await confirm(
    `Revoke all storage access that was issued for the ${scope} ${name}? Running jobs must request it again.`,
  )
  const response = await sendRevocation(session, scope, name)
  out.result(response, () =>
    visible(
      `Storage access for the ${scope} ${name} that was issued before ${formatTime(response.body.notBefore)} is revoked.`,
    ),
  )
  out.note(
    'headgate credentials list shows what a store still accepts, and for how long. Keys of the store itself (vending static) stay valid: revoke them at the store.',
  )
}

function readScope({ principal, engine, table, in: warehouse }: Options): readonly [Scope, string] {
  const scopes = Object.entries({ principal, engine, table, warehouse }) as [Scope, string | undefined][]
  const [first, ...others] = scopes.filter((entry): entry is [Scope, string] => entry[1] !== undefined)
  if (first !== undefined && others.length === 0) return first
  throw new CliError(
    exitCode.usage,
    'The command revokes access for one principal, engine, table or warehouse.',
    {
      next: 'Write exactly one of --principal, --engine, --table and --in.',
    },
  )
}

async function sendRevocation(
  { client, warehouse: usual }: Session,
  scope: Scope,
  name: string,
): ReturnType<typeof revokeStorageAccess> {
  if (scope === 'principal') return revokeStorageAccess(client, { body: { principal: name } })
  if (scope === 'engine') return revokeStorageAccess(client, { body: { engine: name } })
  if (scope === 'warehouse') return revokeAccess(client, { warehouse: name, body: {} })
  const { warehouse, namespace, relation } = relationAddress(name, usual)
  return revokeAccess(client, { warehouse, body: { namespace, table: relation } })
}
