import { HeadgateError } from '@headgate/errors'
import {
  decodeReferencedBy,
  formatIdentifier,
  type SnapshotMode,
  type TableIdentifier,
} from '@headgate/iceberg/rest'
import { maxViews, mayReadThroughViews } from '../access/through-views.ts'
import { retryMoved } from '../catalog/commit/retry-moved.ts'
import { findReadable, type Readable, type ReadOptions } from '../catalog/find-readable.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Call } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { chosenRole } from './storage-access.ts'

/**
 * Finds the table or view of a request that the caller may read, directly or through the views in `referenced-by`. Looks
 * it up again when the policy changed during the look-up.
 */
export async function loadReadable(
  deps: IcebergDeps,
  call: Call,
  ref: RelationRef,
  kind: 'table' | 'view',
  snapshots: SnapshotMode | 'none' = 'all',
  restricted: ReadOptions['restricted'] = null,
): Promise<Readable> {
  return await retryMoved(call, () =>
    findReadable(deps, call, ref, kind, snapshots, { views: referencedBy(deps, call), restricted }),
  )
}

/**
 * Finds a table that the caller may read, as `loadReadable` does, also by a restricted grant. The operation must enforce
 * the restriction in the result.
 */
export async function loadRestrictable(
  deps: IcebergDeps,
  call: Call,
  ref: RelationRef,
  snapshots: SnapshotMode | 'none' = 'all',
): Promise<Readable> {
  return await loadReadable(deps, call, ref, 'table', snapshots, { role: chosenRole(call) })
}

/**
 * Returns the views in `referenced-by`, through which the caller claims to read the table or view. Empty if the server
 * does not trust the statements of this caller.
 *
 * @throws HeadgateError `bad-request`
 */
function referencedBy(
  { namespaceSeparator, nameLimits }: IcebergDeps,
  call: Call,
): readonly TableIdentifier[] {
  if (!mayReadThroughViews(call.policy)) return []
  const views = decodeReferencedBy(rawValue(call), [decodeURIComponent(namespaceSeparator)], nameLimits)
  if (views.length > maxViews)
    throw new HeadgateError('bad-request', `Invalid referenced-by: it contains more than ${maxViews} views.`)
  if (new Set(views.map((view) => formatIdentifier(view))).size < views.length)
    throw new HeadgateError('bad-request', 'Invalid referenced-by: it must contain each view only once.')
  return views
}

/**
 * Returns the parameter in percent-encoded form, in which a comma in a name differs from a comma between names.
 * Some clients encode the complete list a second time. The separator, which every identifier contains, then
 * arrives as the text `%251F`.
 */
function rawValue({ search }: Call): string | undefined {
  const raw = /(?:^|&)referenced-by=([^&]*)/.exec(search)?.[1]
  // After one decoding, the text has the form of Java's URLEncoder, which writes + for a space.
  return raw !== undefined && /%251f/i.test(raw) ? decodePercents(raw).replaceAll('+', '%20') : raw
}

/**
 * Decodes percent-encoded text. Returns malformed text unchanged, because the decoder of the list then reports
 * the error.
 */
function decodePercents(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}
