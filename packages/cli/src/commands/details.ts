import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { getNamespaceDetails } from '../management/generated/namespaces.ts'
import { getRelationDetails } from '../management/generated/relations.ts'
import type { Namespace } from '../management/generated/schemas.ts'
import { namespaceAddress, relationAddress } from '../names/address.ts'
import { details, type Fact } from '../output/table.ts'
import { inSession } from '../session.ts'

/** Registers `headgate namespace details`, which shows properties that only the management API returns. */
export function registerNamespaceDetails(group: Command, io: Io): void {
  addCommand(group, 'namespace').action(
    inSession(io, async ({ client, out, warehouse: usual }, name: string) => {
      const { warehouse, namespace } = namespaceAddress(name, usual)
      const response = await getNamespaceDetails(client, { warehouse, query: { namespace } })
      out.result(response, (paint) =>
        details(paint, [['namespace', name], ...sharedFacts(warehouse, response.body)]),
      )
    }),
  )
}

/**
 * Registers `headgate table details` or `headgate view details`, which shows properties that only the management API
 * returns.
 */
export function registerRelationDetails(group: Command, io: Io, kind: 'table' | 'view'): void {
  addCommand(group, kind).action(
    inSession(io, async ({ client, out, warehouse: usual }, name: string) => {
      const { warehouse, namespace, relation } = relationAddress(name, usual)
      const response = await getRelationDetails(client, { warehouse, query: { namespace, relation } })
      out.result(response, (paint) => {
        const { body } = response
        return details(paint, [
          [body.kind, name],
          ...sharedFacts(warehouse, body),
          ['version', body.version],
          ['location', body.location],
          ['metadata file', body.metadataLocation],
        ])
      })
    }),
  )
}

function addCommand(group: Command, kind: string): Command {
  return group
    .command('details')
    .description(`Shows the owner, protection and id of a ${kind}. You must manage it.`)
    .argument(`<${kind}>`)
}

function sharedFacts(
  warehouse: string,
  { id, owner, ownerId, protected: isProtected }: Pick<Namespace, 'id' | 'owner' | 'ownerId' | 'protected'>,
): readonly Fact[] {
  return [
    ['warehouse', warehouse],
    ['id', id],
    ['owner', owner ?? `${ownerId} (deleted)`],
    ['protected', isProtected],
  ]
}
