import { mapBounded } from '../../../apply/map-bounded.ts'
import { visible } from '../../../output/visible.ts'
import type { SourceApi } from '../source-api.ts'
import type { GrantsReader, ReadContext } from '../source-grants.ts'
import { sourcePath } from '../source-path.ts'
import { unlessRefused } from '../source-refused-error.ts'
import {
  catalogRolesDecoder,
  grantsDecoder,
  principalRolesDecoder,
  principalsDecoder,
} from './polaris-api.ts'
import { type CatalogRole, type PrincipalRole, selectGrants, toSourceGrants } from './polaris-grants.ts'

/**
 * State while the grants of a Polaris server are read: its management API, and the reasons why some grants are not in
 * the review document.
 */
interface Reading {
  readonly api: SourceApi
  readonly base: string
  readonly context: ReadContext
  readonly problems: string[]
}

/**
 * Creates the reader of grants for Apache Polaris (`spec/polaris-management-service.yml`, 1.7.0). Lists of its
 * management API are not paged.
 *
 * @param base URL of the management API, such as `https://polaris.example.com/api/management/v1`
 * @param catalog name of the catalog
 */
export function createPolarisReader(api: SourceApi, base: string, catalog: string): GrantsReader {
  return {
    product: 'Polaris',
    async read(visited, context) {
      const reading: Reading = { api, base, context, problems: [] }
      const roles = await readCatalogRoles(reading, catalog)
      const { kept, leftOut } = selectGrants(roles, visited)
      const principalRoles = await readPrincipalRoles(reading, kept)
      return toSourceGrants({ catalog, catalogRoles: kept, principalRoles, leftOut }, reading.problems)
    },
  }
}

async function readCatalogRoles(
  { api, base, context, problems }: Reading,
  catalog: string,
): Promise<readonly CatalogRole[]> {
  const { roles } = await api.get(base, sourcePath`/catalogs/${catalog}/catalog-roles`, catalogRolesDecoder)
  let done = 0
  const read = await mapBounded(roles, context.parallel, async ({ name }) => {
    context.stop.throwIfAborted()
    const role = await unlessRefused(
      async () => {
        const path = sourcePath`/catalogs/${catalog}/catalog-roles/${name}`
        const { grants } = await api.get(base, `${path}/grants`, grantsDecoder)
        const assigned = await api.get(base, `${path}/principal-roles`, principalRolesDecoder)
        return { name, grants, assignees: assigned.roles }
      },
      ({ message }) =>
        problems.push(
          `The catalog role ${visible(name)} is not included, because it could not be read: ${message}.`,
        ),
    )
    context.progress(`${++done} of ${roles.length} catalog roles`)
    return role
  })
  return read.filter((role) => role !== null)
}

/** Reads from Polaris the principal roles to which the given catalog roles are assigned, with their members. */
async function readPrincipalRoles(
  { api, base, context, problems }: Reading,
  catalogRoles: readonly CatalogRole[],
): Promise<readonly PrincipalRole[]> {
  const roles = new Map(catalogRoles.flatMap(({ assignees }) => assignees.map((role) => [role.name, role])))
  let done = 0
  return await mapBounded([...roles.values()], context.parallel, async ({ name, federated = false }) => {
    context.stop.throwIfAborted()
    const listed = await unlessRefused(
      async () => await api.get(base, sourcePath`/principal-roles/${name}/principals`, principalsDecoder),
      ({ message }) =>
        problems.push(`The members of the principal role ${visible(name)} could not be read: ${message}.`),
    )
    context.progress(`${++done} of ${roles.size} principal roles`)
    return { name, federated, principals: (listed?.principals ?? []).map((each) => each.name) }
  })
}
