import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import { visible } from '../../output/visible.ts'
import { inSession, type Session } from '../../session.ts'
import type { RelationKind } from './kind.ts'
import { withoutCredentials } from './without-credentials.ts'

interface Options {
  readonly overwrite?: boolean
}

export function registerRegister(group: Command, io: Io, kind: RelationKind): void {
  const command = group
    .command('register')
    .description(`Creates a ${kind} from a metadata file in the storage of the warehouse.`)
    .argument(`<${kind}>`, 'new name, such as sales.orders')
    .argument('<metadata-location>', 'URL of the metadata file')
  if (kind === 'table')
    command.option(
      '--overwrite',
      'replace the metadata of an existing table with this name, if it is the same table',
    )
  command.action(
    inSession(io, (session, name: string, location: string, options: Options) =>
      register(session, kind, { name, location, overwrite: options.overwrite === true }),
    ),
  )
}

async function register(
  session: Session,
  kind: RelationKind,
  {
    name,
    location,
    overwrite,
  }: { readonly name: string; readonly location: string; readonly overwrite: boolean },
): Promise<void> {
  const { warehouse, namespace, relation } = relationAddress(name, session.warehouse)
  if (overwrite) await session.confirm(`Replace the metadata of ${name} with ${location}, if ${name} exists?`)
  const response = await session.client.send({
    method: 'POST',
    path: path`/v1/${warehouse}/namespaces/${namespace}/${kind === 'table' ? 'register' : 'register-view'}`,
    body: { name: relation, 'metadata-location': location, ...(overwrite ? { overwrite } : {}) },
  })
  session.out.result(withoutCredentials(response), () => visible(`The ${kind} ${name} is registered.`))
}
