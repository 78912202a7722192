import type { Command } from 'commander'
import { z } from 'zod'
import { type Listed, readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { namespaceAddress } from '../../names/address.ts'
import { inSession, type Session } from '../../session.ts'
import { showChange } from '../../show-change.ts'
import { locationOf } from '../warehouse/storage-options.ts'

/** A place that is granted to a namespace. */
export interface GrantedLocation {
  readonly location: string
  readonly grantedAt: string
}

const granted: z.ZodType<GrantedLocation> = z.object({ location: z.string(), grantedAt: z.string() })

/** `grant-location` and `revoke-location`: places with files that tables of a namespace may use. */
export function registerLocations(group: Command, io: Io): void {
  register(
    'grant-location',
    'Lets tables and views of a namespace use a place that holds files, such as a folder of tables to register. You must ' +
      'have administer-storage on it.',
    '',
    (name, location) => `Tables of ${name} may use ${location}`,
  )
  register(
    'revoke-location',
    'Takes back a place that was granted to a namespace. Tables that lie there stay.',
    '/revoke',
    (name, location) => `${location} is not granted to ${name}`,
  )

  function register(
    verb: string,
    description: string,
    suffix: string,
    state: (name: string, location: string) => string,
  ): void {
    group
      .command(verb)
      .description(description)
      .argument('<namespace>', 'such as sales.eu')
      .argument('<location>', 'such as s3://bucket/landing, with all that lies below it')
      .action(
        inSession(io, async (session, name: string, given: string) => {
          const { warehouse, namespace } = namespaceAddress(name, session.warehouse)
          const location = locationOf(given)
          const answer = await session.client.send({
            method: 'POST',
            path: `${path`/management/v1/warehouses/${warehouse}/namespace/locations`}${suffix}`,
            body: { namespace, location },
          })
          showChange(session.out, answer, state(name, location))
        }),
      )
  }
}

/** Reads the places that are granted to a namespace itself. */
export function readLocations(
  session: Session,
  warehouse: string,
  namespace: readonly string[],
): Promise<Listed<GrantedLocation>> {
  return readList(session, {
    path: path`/management/v1/warehouses/${warehouse}/namespace/locations`,
    query: { namespace },
    key: 'locations',
    item: granted,
  })
}
