import { memberRanges, type MemberRange, type WantedMembers } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'
import type { IcebergKind } from '../store/relations.ts'

/**
 * Properties of tables and views whose values are further locations of files. The values may be relative to
 * the location of the table.
 */
const pathProperties = [
  'write.data.path',
  'write.metadata.path',
  'write.object-storage.path',
  'write.folder-storage.path',
] as const

/** Members of the response that the server reads. */
const wanted: WantedMembers = {
  'metadata-location': null,
  metadata: {
    'table-uuid': null,
    'view-uuid': null,
    location: null,
    properties: Object.fromEntries(pathProperties.map((name) => [name, null])),
  },
}

/**
 * Metadata in a response of the upstream catalog. `text` is a slice of the response, which the server does
 * not parse as a whole.
 */
export interface RemoteMetadata {
  /** Location of the metadata file. Null for a staged table. */
  readonly metadataLocation: string | null
  readonly text: Buffer
  readonly uuid: string
  readonly location: string
  /** All locations in the metadata that may contain files of the table or view. */
  readonly locations: readonly string[]
}

/**
 * Finds the metadata in a `LoadTableResult`, `LoadViewResult` or `CommitTableResponse` of the upstream
 * catalog. Ignores the other members of the response, such as storage credentials and client configuration.
 *
 * @throws HeadgateError `bad-gateway` when the response is malformed
 */
export function readMetadata(body: Buffer, kind: IcebergKind): RemoteMetadata {
  const members = memberRanges(body, wanted)
  const range = members?.get('metadata')
  if (members === null || !range?.members) throw malformed()
  const metadata = range.members
  const uuid = readText(body, metadata.get(kind === 'table' ? 'table-uuid' : 'view-uuid'))
  const location = readText(body, metadata.get('location'))
  if (uuid === null || location === null || !isUuid(uuid)) throw malformed()
  const named = metadata.get('properties')?.members
  const paths = pathProperties.flatMap((name) => readText(body, named?.get(name)) ?? [])
  return {
    metadataLocation: readText(body, members.get('metadata-location')),
    text: body.subarray(range.start, range.end),
    uuid: uuid.toLowerCase(),
    location,
    locations: [...new Set([location, ...paths.map((path) => absolute(location, path))])],
  }
}

/**
 * Returns the location for a path in the metadata. A path without a URI scheme is relative to the location of
 * the table, as in Iceberg.
 */
function absolute(location: string, path: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(path)
    ? path
    : `${location.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

function readText(body: Buffer, range: MemberRange | undefined): string | null {
  if (range === undefined) return null
  try {
    const value: unknown = JSON.parse(body.toString('utf8', range.start, range.end))
    return typeof value === 'string' ? value : null
  } catch {
    throw malformed()
  }
}

function malformed(): HeadgateError {
  return new HeadgateError('bad-gateway', 'The upstream returned malformed metadata.')
}
