import { mapBounded } from '../../../apply/map-bounded.ts'
import { formatLevels } from '../../../names/dotted.ts'
import { visible } from '../../../output/visible.ts'
import type { SourceApi } from '../source-api.ts'
import type { GrantsReader, ReadContext, SourceObject, VisitedObjects } from '../source-grants.ts'
import { sourcePath } from '../source-path.ts'
import { type SourceRefusedError, unlessRefused } from '../source-refused-error.ts'
import { ownedDecoder, permissionsDecoder, type PrivilegeAssignment } from './unity-api.ts'
import { type ObjectRights, toSourceGrants } from './unity-grants.ts'
import type { Level } from './unity-privileges.ts'

interface Securable {
  readonly on: SourceObject
  readonly level: Level
  /** Full name of the object: `catalog`, `catalog.schema` or `catalog.schema.table`. */
  readonly fullName: string
}

/** First path segment of the requests for objects of each level. */
const paths: Readonly<Record<Level, string>> = { catalog: 'catalogs', schema: 'schemas', table: 'tables' }

/**
 * Creates the reader of grants for Unity Catalog (`api/all.yaml`, 0.6.0).
 *
 * @param base URL of the API, such as `https://unity.example.com/api/2.1/unity-catalog`
 * @param catalog name of the catalog
 */
export function createUnityReader(api: SourceApi, base: string, catalog: string): GrantsReader {
  return {
    product: 'Unity Catalog',
    async read(visited, context) {
      const problems: string[] = []
      const own: Securable = { on: { kind: 'warehouse', namespace: [] }, level: 'catalog', fullName: catalog }
      const first = await readRights(api, base, own)
      const metastore = await readMetastore(api, base, problems)
      const inside = await readAll(api, base, listSecurables(catalog, visited), context, problems)
      const catalogRights = { ...first, assignments: [...first.assignments, ...metastore] }
      return toSourceGrants([catalogRights, ...inside], problems)
    },
  }
}

/**
 * Returns the catalog, and the schemas and tables that the import visited. Unity Catalog has no nested schemas, and no
 * views in its Iceberg API.
 */
function listSecurables(catalog: string, { namespaces, relations }: VisitedObjects): readonly Securable[] {
  return [
    ...namespaces.map((namespace): Securable => ({
      on: { kind: 'namespace', namespace },
      level: 'schema',
      fullName: [catalog, ...namespace].join('.'),
    })),
    ...relations.map((on): Securable => ({
      on,
      level: 'table',
      fullName: [catalog, ...on.namespace, on.name ?? ''].join('.'),
    })),
  ]
}

/**
 * Reads the privileges on the metastore, which all catalogs inherit. A server has only one metastore, and ignores the
 * metastore name in the path.
 */
async function readMetastore(
  api: SourceApi,
  base: string,
  problems: string[],
): Promise<readonly PrivilegeAssignment[]> {
  const listed = await unlessRefused(
    () => api.get(base, '/permissions/metastore/metastore', permissionsDecoder),
    ({ message }) => problems.push(`The grants on the metastore could not be read: ${message}.`),
  )
  return listed?.privilege_assignments ?? []
}

async function readAll(
  api: SourceApi,
  base: string,
  securables: readonly Securable[],
  { parallel, stop, progress }: ReadContext,
  problems: string[],
): Promise<readonly ObjectRights[]> {
  let done = 0
  const read = await mapBounded(securables, parallel, async (securable) => {
    stop.throwIfAborted()
    const { on, level } = securable
    const name = formatLevels([...on.namespace, ...(on.name === undefined ? [] : [on.name])])
    const onRefusal = ({ message }: SourceRefusedError): void =>
      void problems.push(`The grants on ${level} ${visible(name)} could not be read: ${message}.`)
    const rights = await unlessRefused(() => readRights(api, base, securable), onRefusal)
    progress(`${++done} of ${securables.length} schemas and tables`)
    return rights
  })
  return read.filter((rights) => rights !== null)
}

async function readRights(
  api: SourceApi,
  base: string,
  { on, level, fullName }: Securable,
): Promise<ObjectRights> {
  const { privilege_assignments: assignments } = await api.get(
    base,
    sourcePath`/permissions/${level}/${fullName}`,
    permissionsDecoder,
  )
  const { owner } = await api.get(base, sourcePath`/${paths[level]}/${fullName}`, ownedDecoder)
  return { on, level, owner: owner ?? null, assignments }
}
