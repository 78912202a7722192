import type { Command } from 'commander'
import { path } from '../connection/path.ts'
import type { Io } from '../io.ts'
import { namespaceAddress, relationAddress } from '../names/address.ts'
import { inSession, type Session } from '../session.ts'
import { showChange } from '../show-change.ts'

type Kind = 'warehouse' | 'namespace' | 'table' | 'view'

/** `protect` and `unprotect` of whatever can be dropped. */
export function registerProtection(group: Command, io: Io, kind: Kind): void {
  const end = kind === 'warehouse' ? 'deleted' : 'dropped'
  register('protect', `Sees to it that a ${kind} cannot be ${end}.`, true)
  register('unprotect', `Lets a ${kind} be ${end} again.`, false)

  function register(verb: string, description: string, wanted: boolean): void {
    group
      .command(verb)
      .description(description)
      .argument(`<${kind}>`)
      .action(inSession(io, (session, name: string) => setProtection(session, { kind, name, wanted })))
  }
}

async function setProtection(
  session: Session,
  { kind, name, wanted }: { readonly kind: Kind; readonly name: string; readonly wanted: boolean },
): Promise<void> {
  const { warehouse, ...inside } = addressOf(session, kind, name)
  const answer = await session.client.send({
    method: 'PUT',
    path: path`/management/v1/warehouses/${warehouse}/protection`,
    body: { ...inside, protected: wanted },
  })
  showChange(session.out, answer, `The ${kind} ${name} is ${wanted ? '' : 'not '}protected`)
}

function addressOf(
  { warehouse }: Session,
  kind: Kind,
  name: string,
): { readonly warehouse: string; readonly namespace?: readonly string[]; readonly relation?: string } {
  if (kind === 'warehouse') return { warehouse: name }
  return kind === 'namespace' ? namespaceAddress(name, warehouse) : relationAddress(name, warehouse)
}
