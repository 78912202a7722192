import type { Capability } from '../capability.ts'
import type { SourceApi } from '../source-api.ts'
import type { GrantsReader, SourceGrant, SourceObject } from '../source-grants.ts'
import { sourcePath } from '../source-path.ts'
import { SourceRefusedError, unlessRefused } from '../source-refused-error.ts'
import { type Assignment, assignmentsDecoder, configDecoder, warehouseDecoder } from './lakekeeper-api.ts'
import { lakekeeperCapabilities } from './lakekeeper-relations.ts'
import { type Grantees, readGrantees } from './read-grantees.ts'
import { type AssignedObject, readObjects } from './read-objects.ts'
import type { Reading } from './reading.ts'

const warehouseObject: SourceObject = { kind: 'warehouse', namespace: [] }

const facts = [
  'Rights on the server (admin, operator) are not included.',
  'pass_grants has no counterpart: here, only "manage" grants rights.',
]

/** URLs of the APIs of a Lakekeeper server. */
export interface LakekeeperUrls {
  readonly management: string
  readonly catalog: string
}

/**
 * Creates the reader of grants for a Lakekeeper server with OpenFGA (`management-open-api.yaml` and
 * `rest-catalog-open-api.yaml`, 0.13.3).
 *
 * @param warehouse name of the warehouse, as in `GET /v1/config`
 */
export function createLakekeeperReader(
  api: SourceApi,
  { management, catalog }: LakekeeperUrls,
  warehouse: string,
): GrantsReader {
  return {
    product: 'Lakekeeper',
    async read(visited, context) {
      const place = await findWarehouse(api, catalog, warehouse)
      const reading: Reading = { api, management, catalog, ...place, context, problems: [] }
      const path = `/permissions/warehouse/${place.warehouse}/assignments`
      const { assignments } = await api.get(management, path, assignmentsDecoder)
      // Managed access of a warehouse restricts the owners of objects in the warehouse, but not the owner of the
      // warehouse.
      const own: AssignedObject = { on: warehouseObject, assignments, managedAccess: false }
      const project = await readProject(reading)
      const objects = [own, ...(await readObjects(reading, visited))]
      const all = [...project, ...objects.flatMap((object) => object.assignments)]
      const grantees = await readGrantees(reading, all)
      return {
        facts: [...facts, ...(context.issuer === null ? [unknownIssuer] : []), ...reading.problems],
        principals: grantees.principals,
        roles: grantees.roles,
        grants: [
          ...project.map((each) => toGrant(each, warehouseObject, 'project', false, grantees)),
          ...objects.flatMap(({ on, assignments: list, managedAccess }) =>
            list.map((each) => toGrant(each, on, on.kind, managedAccess, grantees)),
          ),
        ],
      }
    },
  }
}

const unknownIssuer =
  'The issuer of the users is not known, so a role without members stands for each user. --grants-issuer names the issuer.'

/** Returns the id of the warehouse, from the prefix of its paths. */
async function findWarehouse(
  api: SourceApi,
  catalog: string,
  warehouse: string,
): Promise<{ readonly prefix: string; readonly warehouse: string }> {
  const { defaults, overrides } = await api.get(catalog, '/v1/config', configDecoder, { warehouse })
  const prefix = overrides?.['prefix'] ?? defaults?.['prefix'] ?? ''
  const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(prefix)?.[0]
  if (id === undefined || !/^[\w./-]+$/.test(prefix) || prefix.includes('..'))
    throw new SourceRefusedError(null, 'the prefix of the warehouse does not contain its id')
  return { prefix: `/v1/${prefix.replaceAll(/^\/+|\/+$/g, '')}`, warehouse: id }
}

/** Reads the assignments of the project, which apply to all warehouses of the project. */
async function readProject(reading: Reading): Promise<readonly Assignment[]> {
  const { api, management, warehouse, problems } = reading
  const listed = await unlessRefused(
    async () => {
      const { 'project-id': id } = await api.get(management, `/warehouse/${warehouse}`, warehouseDecoder)
      const path = sourcePath`/permissions/project/${id}/assignments`
      return await api.get(management, path, assignmentsDecoder)
    },
    ({ message }) => problems.push(`The grants on the project could not be read: ${message}.`),
  )
  return listed?.assignments ?? []
}

function toGrant(
  assignment: Assignment,
  on: SourceObject,
  level: SourceObject['kind'] | 'project',
  managedAccess: boolean,
  grantees: Grantees,
): SourceGrant {
  const { type } = assignment
  const allowed: readonly Capability[] | null = lakekeeperCapabilities(type, level, managedAccess)
  const name = level === 'project' ? `${type} on the project` : type
  return {
    on,
    to: grantees.find(assignment),
    rights: allowed === null ? [] : [name],
    unmapped: allowed === null ? [name] : [],
    allows: { capabilities: new Set(allowed) },
    comments: [],
  }
}
