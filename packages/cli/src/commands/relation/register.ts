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
    .description(`Makes a ${kind} of a metadata file that is in the warehouse's storage already.`)
    .argument(`<${kind}>`, 'the name it gets, such as sales.orders')
    .argument('<metadata-location>', 'the URL of the metadata file')
  if (kind === 'table')
    command.option('--overwrite', 'point a table of that name to this file, if it is the same table')
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
  if (overwrite) await session.confirm(`Let ${name} be what ${location} says, if it is there already?`)
  const answer = await session.client.send({
    method: 'POST',
    path: path`/v1/${warehouse}/namespaces/${namespace}/${kind === 'table' ? 'register' : 'register-view'}`,
    body: { name: relation, 'metadata-location': location, ...(overwrite ? { overwrite } : {}) },
  })
  session.out.answer(withoutCredentials(answer), () => visible(`The ${kind} ${name} is registered.`))
}
