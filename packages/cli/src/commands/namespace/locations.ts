import type { Command } from 'commander'
import { type Listed, readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import {
  grantNamespaceLocation,
  listNamespaceLocations,
  revokeNamespaceLocation,
} from '../../management/generated/namespaces.ts'
import type { NamespaceLocation } from '../../management/generated/schemas.ts'
import { namespaceAddress } from '../../names/address.ts'
import { inSession, type Session } from '../../session.ts'
import { showChange } from '../../show-change.ts'
import { toLocation } from '../warehouse/storage-options.ts'

interface LocationChange {
  readonly verb: string
  readonly description: string
  readonly request: typeof grantNamespaceLocation
  readonly describe: (namespace: string, location: string) => string
}

const changes: readonly LocationChange[] = [
  {
    verb: 'grant-location',
    description:
      'Lets tables and views of a namespace use a location that contains files, such as a folder of tables to register. You must ' +
      'have administer-storage on it.',
    request: grantNamespaceLocation,
    describe: (namespace, location) => `Tables of ${namespace} may use ${location}`,
  },
  {
    verb: 'revoke-location',
    description: 'Revokes a location that was granted to a namespace. Tables at this location remain.',
    request: revokeNamespaceLocation,
    describe: (namespace, location) => `${location} is not granted to ${namespace}`,
  },
]

/**
 * Registers `grant-location` and `revoke-location`: they change which existing locations the tables of a namespace
 * may use.
 */
export function registerLocations(group: Command, io: Io): void {
  for (const { verb, description, request, describe } of changes) {
    group
      .command(verb)
      .description(description)
      .argument('<namespace>', 'such as sales.eu')
      .argument('<location>', 'such as s3://bucket/landing, with everything below it')
      .action(
        inSession(io, async ({ client, out, warehouse: usual }, name: string, text: string) => {
          const { warehouse, namespace } = namespaceAddress(name, usual)
          const location = toLocation(text)
          const response = await request(client, { warehouse, body: { namespace, location } })
          showChange(out, response, describe(name, location))
        }),
      )
  }
}

/** Reads the locations that are granted to a namespace, without those of its parents. */
export function readLocations(
  session: Session,
  warehouse: string,
  namespace: readonly string[],
): Promise<Listed<NamespaceLocation>> {
  return readList(session, {
    key: 'locations',
    request: (page) => listNamespaceLocations(session.client, { warehouse, query: { namespace, ...page } }),
  })
}
