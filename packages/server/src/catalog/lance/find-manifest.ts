import { manifestName, parseManifestName, type NamingScheme } from '@headgate/lance/format'
import type { ObjectInfo, Storage } from '@headgate/storage'

/** Manifest file of one version of a Lance table. */
export interface FoundManifest {
  readonly version: number
  readonly scheme: NamingScheme
  readonly location: string
  readonly size: number
  /** Time when the file was last written, in epoch ms. */
  readonly writtenAt: number
  readonly etag: string
}

const pageSize = 100

/** Leaves out the hidden versions among listed manifests. */
export type KeepVisible = (manifests: readonly FoundManifest[]) => Promise<readonly FoundManifest[]>

/** Returns the folder that contains the manifests of a table or branch, ending in `/`. */
export function versionsFolder(location: string): string {
  return `${location.replace(/\/+$/, '')}/_versions/`
}

/**
 * Lists the manifests of a table or branch in the order of their file names. In the naming scheme V2 of
 * Lance, the latest version is the first.
 */
export async function* listManifests(
  storage: Storage,
  location: string,
  signal: AbortSignal,
): AsyncGenerator<FoundManifest> {
  const folder = versionsFolder(location)
  for await (const entry of storage.list(folder, { delimiter: '/', pageSize, signal })) {
    if (entry.type !== 'object') continue
    const parsed = parseManifestName(entry.location.slice(folder.length))
    if (parsed === null || parsed.version > BigInt(Number.MAX_SAFE_INTEGER)) continue
    yield toFound(Number(parsed.version), parsed.scheme, entry.location, entry.info)
  }
}

/**
 * Finds the manifest of the latest version that is not hidden. In the naming scheme V1, the whole folder is listed.
 * Returns null when the location contains no such version.
 */
export async function findLatestManifest(
  storage: Storage,
  location: string,
  signal: AbortSignal,
  keepVisible: KeepVisible = (manifests) => Promise.resolve(manifests),
): Promise<FoundManifest | null> {
  const candidates: FoundManifest[] = []
  for await (const manifest of listManifests(storage, location, signal)) {
    if (manifest.scheme === 'V1') candidates.push(manifest)
    // Manifests with the naming scheme V2 are listed from the latest version down, so the first visible one is the
    // latest.
    else if ((await keepVisible([manifest])).length > 0)
      return latestOf([manifest, ...(candidates.length === 0 ? [] : await keepVisible(candidates))])
  }
  return candidates.length === 0 ? null : latestOf(await keepVisible(candidates))
}

/** Returns the manifest of the latest version. Null: there are no manifests. */
export function latestOf(manifests: readonly FoundManifest[]): FoundManifest | null {
  return manifests.reduce<FoundManifest | null>(
    (latest, manifest) => (latest === null || manifest.version > latest.version ? manifest : latest),
    null,
  )
}

/** Finds the manifest of one version of a table or branch. Returns null when the version does not exist. */
export async function findManifest(
  storage: Storage,
  location: string,
  version: number,
  signal: AbortSignal,
): Promise<FoundManifest | null> {
  for (const scheme of ['V2', 'V1'] as const) {
    const file = versionsFolder(location) + manifestName(version, scheme)
    const info = await storage.head(file, { signal })
    if (info !== null) return toFound(version, scheme, file, info)
  }
  return null
}

function toFound(
  version: number,
  scheme: NamingScheme,
  location: string,
  { size, lastModified: writtenAt, etag }: ObjectInfo,
): FoundManifest {
  return { version, scheme, location, size, writtenAt, etag }
}
