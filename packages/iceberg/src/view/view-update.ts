import type { StringMap } from '../fields.ts'
import type { Schema } from '../metadata/schema/types.ts'
import type { ViewVersion } from './view-metadata.ts'

/** One of the `updates` of a commit to a view (Iceberg REST specification, `ViewUpdate`). */
export type ViewUpdate =
  | { readonly action: 'assign-uuid'; readonly uuid: string }
  | { readonly action: 'upgrade-format-version'; readonly 'format-version': number }
  | { readonly action: 'add-schema'; readonly schema: Schema }
  | { readonly action: 'set-location'; readonly location: string }
  | { readonly action: 'set-properties'; readonly updates: StringMap }
  | { readonly action: 'remove-properties'; readonly removals: readonly string[] }
  | { readonly action: 'add-view-version'; readonly 'view-version': ViewVersion }
  | { readonly action: 'set-current-view-version'; readonly 'view-version-id': number }

/** Condition that is checked before the updates of the same request are applied. */
export interface ViewRequirement {
  readonly type: 'assert-view-uuid'
  readonly uuid: string
}
