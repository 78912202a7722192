import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { setProtection } from '../management/generated/protection.ts'
import { namespaceAddress, relationAddress } from '../names/address.ts'
import { inSession } from '../session.ts'
import { showChange } from '../show-change.ts'

type Kind = 'warehouse' | 'namespace' | 'table' | 'view'

/**
 * Registers `protect` and `unprotect` for warehouses, namespaces, tables or views. A protected object cannot be
 * deleted or dropped.
 */
export function registerProtection(group: Command, io: Io, kind: Kind): void {
  const deleted = kind === 'warehouse' ? 'deleted' : 'dropped'
  register('protect', `Protects a ${kind}: it cannot be ${deleted}.`, true)
  register('unprotect', `Removes the protection of a ${kind}: it can be ${deleted} again.`, false)

  function register(verb: string, description: string, isProtected: boolean): void {
    group
      .command(verb)
      .description(description)
      .argument(`<${kind}>`)
      .action(
        inSession(io, async ({ client, out, warehouse: usual }, name: string) => {
          const { warehouse, ...object } = parseAddress(kind, name, usual)
          const response = await setProtection(client, {
            warehouse,
            body: { ...object, protected: isProtected },
          })
          showChange(out, response, `The ${kind} ${name} is ${isProtected ? '' : 'not '}protected`)
        }),
      )
  }
}

function parseAddress(
  kind: Kind,
  name: string,
  warehouse: string,
): { readonly warehouse: string; readonly namespace?: readonly string[]; readonly relation?: string } {
  if (kind === 'warehouse') return { warehouse: name }
  return kind === 'namespace' ? namespaceAddress(name, warehouse) : relationAddress(name, warehouse)
}
