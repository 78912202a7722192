import type { TableIdentifier } from '@headgate/iceberg/client'
import { CliError } from '../cli-error.ts'
import { readList } from '../connection/pages.ts'
import { checkAccess, whoAmI } from '../management/generated/access.ts'
import { listNamespaceLocations } from '../management/generated/namespaces.ts'
import { getWarehouse, listWarehouses } from '../management/generated/warehouses.ts'
import type { Session } from '../session.ts'
import type { RelationState } from './relation-state.ts'
import {
  type Cover,
  findCover,
  isInside,
  toWarehousePlaces,
  type WarehousePlaces,
  worstCover,
} from './warehouse-places.ts'

/**
 * Right of the caller to register files that already exist, by which a dry run predicts whether the target server
 * accepts them.
 *
 * - `administer-storage`: the caller has the privilege `administer-storage`
 * - `granted`: the locations of the files are granted to the namespace or to one of its parents
 * - `missing`: the caller has no such privilege, and the locations are not granted
 * - `unknown`: the caller may not see which locations are granted
 */
export type FileRight = 'administer-storage' | 'granted' | 'missing' | 'unknown'

/** Prediction of a dry run for one table or view: whether the target server would accept its files. */
export interface PlannedPlace {
  readonly location: string
  readonly metadataLocation: string | null
  readonly cover: Cover
  readonly files: FileRight
  /** Whether the caller may create objects in the namespace. */
  readonly mayCreate: boolean
}

/** Rights of the caller in a namespace of the target server. */
interface NamespaceRights {
  readonly mayCreate: boolean
  readonly administersStorage: boolean
  /** Locations that are granted to the namespace and its parents, or null if the caller may not see them. */
  readonly granted: readonly string[] | null
}

export interface TargetAccess {
  /** Name of the caller, as commands accept it. */
  readonly principal: string
  /** Checks whether the target would accept a table or view, without changing anything. */
  plan(identifier: TableIdentifier, state: RelationState): Promise<PlannedPlace>
}

/**
 * Reads the rights of the caller in the warehouse of the import.
 *
 * @param existsInTarget returns whether the target has a namespace
 */
export async function readTargetAccess(
  session: Session,
  existsInTarget: (namespace: readonly string[]) => Promise<boolean>,
): Promise<TargetAccess> {
  const { client, warehouse } = session
  const [{ body: caller }, places] = await Promise.all([whoAmI(client), readPlaces(session)])
  const known = new Map<string, Promise<NamespaceRights>>()

  const rightsIn = async (namespace: readonly string[]): Promise<NamespaceRights> => {
    const key = JSON.stringify(namespace)
    const rights = known.get(key) ?? readRights(namespace)
    known.set(key, rights)
    return await rights
  }

  const readRights = async (namespace: readonly string[]): Promise<NamespaceRights> => {
    const isWarehouse = namespace.length === 0
    const above = isWarehouse ? null : await rightsIn(namespace.slice(0, -1))
    // If the import creates the namespace, the caller owns it. An owner may create objects, but its rights on storage
    // remain those of the parent.
    if (above !== null && !(await existsInTarget(namespace))) return above
    const on = isWarehouse ? { warehouse } : { warehouse, namespace }
    const privileges = ['create', 'administer-storage'] as const
    const response = await checkAccess(client, {
      body: { checks: privileges.map((privilege) => ({ privilege, on })) },
    })
    const [mayCreate = false, administersStorage = false] = response.body.results.map(
      ({ allowed }) => allowed,
    )
    const own = isWarehouse ? [] : await readGranted(session, namespace)
    return {
      mayCreate,
      administersStorage,
      granted: own === null || above?.granted === null ? null : [...(above?.granted ?? []), ...own],
    }
  }

  return {
    principal: caller.principal.name ?? caller.principal.id,
    async plan({ namespace }, { locations, metadataLocation }) {
      const all = [...locations, ...(metadataLocation === null ? [] : [metadataLocation])]
      const cover = worstCover(all.map((location) => findCover(location, places.own, places.others)))
      const rights = await rightsIn(namespace)
      return {
        location: locations[0] ?? '',
        metadataLocation,
        cover,
        files: cover.type === 'refused' ? 'missing' : toFileRight(rights, all),
        mayCreate: rights.mayCreate,
      }
    },
  }
}

function toFileRight(
  { administersStorage, granted }: NamespaceRights,
  locations: readonly string[],
): FileRight {
  if (administersStorage) return 'administer-storage'
  if (granted === null) return 'unknown'
  return locations.every((location) => isInside(location, granted)) ? 'granted' : 'missing'
}

/**
 * Reads the locations that each warehouse of the target server allows. Omits warehouses whose settings the caller may
 * not see.
 */
async function readPlaces(
  session: Session,
): Promise<{ readonly own: WarehousePlaces | null; readonly others: readonly WarehousePlaces[] }> {
  const { items } = await readList(session, {
    key: 'warehouses',
    request: (page) => listWarehouses(session.client, { query: page }),
  })
  const all: WarehousePlaces[] = []
  for (const { name } of items) {
    const found = await unlessRefused(getWarehouse(session.client, { warehouse: name }))
    const places = found === null ? null : toWarehousePlaces(found.body)
    if (places !== null) all.push(places)
  }
  return {
    own: all.find(({ warehouse }) => warehouse === session.warehouse) ?? null,
    others: all.filter(({ warehouse }) => warehouse !== session.warehouse),
  }
}

async function readGranted(
  session: Session,
  namespace: readonly string[],
): Promise<readonly string[] | null> {
  const { client, warehouse } = session
  const listed = await unlessRefused(
    readList(session, {
      key: 'locations',
      request: (page) => listNamespaceLocations(client, { warehouse, query: { namespace, ...page } }),
    }),
  )
  return listed === null ? null : listed.items.map(({ location }) => location)
}

/** Waits for a response. Returns null if the server refuses the request, because the caller may not see the object. */
async function unlessRefused<Result>(request: Promise<Result>): Promise<Result | null> {
  try {
    return await request
  } catch (error) {
    const status = error instanceof CliError ? error.refusal?.status : undefined
    if (status === 403 || status === 404) return null
    throw error
  }
}
