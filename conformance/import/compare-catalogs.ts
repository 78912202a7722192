import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { RestCatalog } from '@headgate/iceberg/client'
import type { Created } from './create-source.ts'
import { inParallel } from './in-parallel.ts'
import type { ImportSource } from './sources/source.ts'
import type { TargetClient } from './target-client.ts'

const parallel = 16

/** Table or view, with the metadata location that the source catalog returns for it. */
export interface Located extends Created {
  readonly metadataLocation: string
}

/** Loads the metadata locations of tables and views from the source catalog. */
export async function locate(catalog: RestCatalog, created: readonly Created[]): Promise<Located[]> {
  const located: Located[] = []
  await inParallel(created, parallel, async (one) => {
    const { kind, identifier } = one
    const loaded = kind === 'table' ? await catalog.loadTable(identifier) : await catalog.loadView(identifier)
    located.push({ ...one, metadataLocation: String(loaded.metadataLocation) })
  })
  return located
}

/**
 * Compares the metadata that the target catalog returns with the metadata files of the source catalog, byte for byte.
 *
 * @returns the differences, as sentences
 */
export async function compareRelations(
  source: ImportSource,
  target: TargetClient,
  located: readonly Located[],
): Promise<string[]> {
  const differences: string[] = []
  await inParallel(located, parallel, async (one) => {
    const { kind, identifier, metadataLocation: location } = one
    const file = await source.readFile(location)
    const text = (location.endsWith('.gz.metadata.json') ? gunzipSync(file) : file).toString()
    const body = await target.load(one)
    if (!body.startsWith(`{"metadata-location":${JSON.stringify(location)},"metadata":${text}`)) {
      const name = [...identifier.namespace, identifier.name].join('.')
      differences.push(`The target does not return ${location} of ${kind} ${name} byte for byte.`)
    }
  })
  return differences
}

/**
 * Compares the properties of namespaces in two catalogs, and the names of the tables and views in them.
 *
 * @returns the differences, as sentences
 */
export async function compareNamespaces(
  catalog: RestCatalog,
  target: TargetClient,
  created: readonly Created[],
): Promise<string[]> {
  const differences: string[] = []
  const namespaces = Map.groupBy(created, ({ identifier }) => JSON.stringify(identifier.namespace))
  for (const inside of namespaces.values()) {
    const levels = inside[0]?.identifier.namespace ?? []
    const { properties, names } = await target.loadNamespace(levels)
    const wanted = inside.map(({ kind, identifier }) => `${kind} ${identifier.name}`).toSorted()
    if (!isDeepStrictEqual(names, wanted))
      differences.push(
        `The target lists ${names.length} names in ${levels.join('.')} instead of ${wanted.length}.`,
      )
    if (!isDeepStrictEqual(properties, { ...(await catalog.loadNamespace(levels)) }))
      differences.push(`The properties of namespace ${levels.join('.')} differ.`)
  }
  return differences
}
