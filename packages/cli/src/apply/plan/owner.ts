import type { Source } from '../read/merge-documents.ts'
import { granteeKey } from './grantee-key.ts'
import type { PlanContext } from './plan-context.ts'

interface OwnedEntry {
  readonly name: string
  readonly owner?: string | undefined
  readonly source: Source
}

/** Records a problem when the owner of a new object does not exist. */
export async function checkOwner(context: PlanContext, { name, owner, source }: OwnedEntry): Promise<void> {
  if (owner === undefined || owner === 'server') return
  if ((await granteeKey(context, { principal: owner })) === null)
    context.problems.push(`${source.at}: the owner ${owner} of ${name} does not exist. Add it to principals`)
}

/**
 * Returns the line `owner NAME` for the list of kept settings if a document names another owner than the object has.
 * The list is empty otherwise. `headgate apply` does not change owners.
 */
export function keptOwner(
  { owner }: Pick<OwnedEntry, 'owner'>,
  existing: { readonly owner: string | null; readonly ownerId: string },
): readonly string[] {
  return owner === undefined || owner === existing.owner
    ? []
    : [`owner ${existing.owner ?? `${existing.ownerId} (deleted)`}`]
}
