import type { Int64 } from '@headgate/json'
import { applyViewUpdate } from './apply-view-update.ts'
import { sameJson } from './same-json.ts'
import { closeDraft, openDraft, type ViewDraft } from './view-draft.ts'
import type { ViewMetadata } from './view-metadata.ts'
import type { ViewUpdate } from './view-update.ts'

/**
 * Applies the updates of a commit to the metadata of a view, in order. Returns new metadata and does not change
 * `base`.
 *
 * @param base current metadata of the view, or null for a new view
 * @param now current time in ms since the epoch
 * @returns `changed` is false if the updates have no effect. Then `metadata` is `base`, and the caller need not
 *   write a metadata file.
 * @throws {HeadgateError} `bad-request` when an update cannot be applied
 */
export function applyViewUpdates(
  base: ViewMetadata | null,
  updates: readonly ViewUpdate[],
  { now }: { readonly now: Int64 },
): { readonly metadata: ViewMetadata; readonly changed: boolean } {
  const draft = openDraft(base)
  for (const update of updates) applyViewUpdate(draft, update)
  if (base !== null && unchanged(draft, base)) return { metadata: base, changed: false }
  return { metadata: closeDraft(draft, base, now), changed: true }
}

function unchanged(draft: ViewDraft, base: ViewMetadata): boolean {
  return (
    draft.formatVersion === base['format-version'] &&
    draft.location === base.location &&
    draft.currentVersionId === base['current-version-id'] &&
    draft.schemas === base.schemas &&
    draft.versions === base.versions &&
    sameJson(Object.fromEntries(draft.properties), base.properties)
  )
}
