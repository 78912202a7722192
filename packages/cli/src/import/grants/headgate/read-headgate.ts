import { CliError } from '../../../cli-error.ts'
import { mapBounded } from '../../../apply/map-bounded.ts'
import type { GranteeText } from '../../../apply/document/names.ts'
import type { Client } from '../../../connection/client.ts'
import { readList } from '../../../connection/pages.ts'
import { listGrants } from '../../../management/generated/grants.ts'
import { getNamespaceDetails } from '../../../management/generated/namespaces.ts'
import { getRelationDetails } from '../../../management/generated/relations.ts'
import type { Grant } from '../../../management/generated/schemas.ts'
import { getWarehouse } from '../../../management/generated/warehouses.ts'
import { formatSecurable } from '../../../names/securable.ts'
import { visible } from '../../../output/visible.ts'
import type { Session } from '../../../session.ts'
import type { GrantsReader, SourceGrant, SourceObject } from '../source-grants.ts'
import { findGrantees, type GranteeNames } from './find-grantees.ts'

/** Owner of an object, and the grants on the object. */
interface ObjectGrants {
  readonly on: SourceObject
  /** Owner as a client id or `ISSUER#SUBJECT`, or null if no principal owns the object. */
  readonly owner: string | null
  readonly grants: readonly Grant[]
}

/**
 * Creates the reader of grants for a source that is a Headgate server. The credential for the source needs `manage` on
 * the objects.
 */
export function createHeadgateReader(session: Session, client: Client, warehouse: string): GrantsReader {
  return {
    product: 'Headgate',
    async read({ namespaces, relations }, { parallel, stop, progress }) {
      const problems: string[] = []
      const objects: readonly SourceObject[] = [
        { kind: 'warehouse', namespace: [] },
        ...namespaces.map((namespace): SourceObject => ({ kind: 'namespace', namespace })),
        ...relations,
      ]
      let done = 0
      const read = await mapBounded(objects, parallel, async (on) => {
        stop.throwIfAborted()
        const found = await readObject(session, client, warehouse, on).catch((error: unknown) => {
          if (!(error instanceof CliError) || error.refusal === undefined) throw error
          const label = formatSecurable(toName(warehouse, on))
          problems.push(`The grants on ${visible(label)} could not be read: ${visible(error.message)}`)
          return null
        })
        progress(`${++done} of ${objects.length} objects`)
        return found
      })
      const all = read.filter((each) => each !== null)
      const named = all.flatMap(({ grants }) => grants.map(({ to }) => to))
      const owners = all.flatMap(({ owner }) => owner ?? [])
      const names = await findGrantees({ ...session, client }, named, owners, { parallel, stop })
      return {
        facts: [
          'Rights on the server are not included. The principal that imports owns the imported objects.',
          ...problems,
        ],
        principals: names.principals,
        roles: names.roles,
        grants: all.flatMap((object) => toGrants(object, names)),
      }
    },
  }
}

function toName(
  warehouse: string,
  { kind, namespace, name }: SourceObject,
): { readonly warehouse: string; readonly namespace?: readonly string[]; readonly relation?: string } {
  if (kind === 'warehouse') return { warehouse }
  return { warehouse, namespace, ...(name === undefined ? {} : { relation: name }) }
}

async function readObject(
  session: Session,
  client: Client,
  warehouse: string,
  on: SourceObject,
): Promise<ObjectGrants> {
  const { items } = await readList(
    { ...session, client },
    {
      key: 'grants',
      request: (page) => listGrants(client, { query: { ...toName(warehouse, on), ...page } }),
    },
  )
  return { on, owner: await readOwner(client, warehouse, on), grants: items }
}

async function readOwner(
  client: Client,
  warehouse: string,
  { kind, namespace, name = '' }: SourceObject,
): Promise<string | null> {
  const { owner } =
    kind === 'warehouse'
      ? (await getWarehouse(client, { warehouse })).body
      : kind === 'namespace'
        ? (await getNamespaceDetails(client, { warehouse, query: { namespace } })).body
        : (await getRelationDetails(client, { warehouse, query: { namespace, relation: name } })).body
  // An object that no principal owns, such as the first warehouse, has the owner "server".
  return owner === 'server' ? null : owner
}

function toGrants({ on, owner, grants }: ObjectGrants, names: GranteeNames): readonly SourceGrant[] {
  const exact = (
    to: GranteeText,
    privileges: readonly string[],
    comments: readonly string[],
    inactive?: string,
  ): SourceGrant => ({
    on,
    to,
    rights: [],
    unmapped: [],
    allows: { privileges },
    comments,
    ...(inactive === undefined ? {} : { inactive }),
  })
  return [
    ...(owner === null ? [] : [exact(`principal:${owner}`, ['manage'], ['Its owner at the source.'])]),
    ...grants.map(({ to, privilege }) => {
      const found = names.find(to)
      return exact(found.text, [privilege], [], found.unknown)
    }),
  ]
}
