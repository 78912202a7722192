import type { SecurableName } from '../../management/generated/schemas.ts'
import { privileges } from '../access/subject-options.ts'

/** Bundles: names for privileges that are usually granted together. */
const bundles: Readonly<Record<string, readonly string[]>> = {
  reader: ['select'],
  writer: ['modify', 'create'],
  owner: ['manage'],
}

/** Privileges and bundles that `grant give` and `grant take` accept as arguments. */
export const grantable: readonly string[] = [...privileges, ...Object.keys(bundles)]

/**
 * Returns the privileges that a list of privileges and bundles contains. On a table or view, a bundle does not include
 * `create`, because tables and views contain no other objects.
 */
export function toPrivileges(names: readonly string[], on: SecurableName): readonly string[] {
  const isRelation = on !== 'server' && on.relation !== undefined
  const all = names.flatMap((name) => {
    const bundle = bundles[name]
    return bundle === undefined ? [name] : bundle.filter((each) => !(isRelation && each === 'create'))
  })
  return [...new Set(all)]
}
