import type { SecurableName } from '../../management/generated/schemas.ts'
import { privileges } from '../access/subject-options.ts'

/** Privileges that are usually granted together, by the name of the bundle. */
const bundles: Readonly<Record<string, readonly string[]>> = {
  reader: ['select'],
  writer: ['modify', 'create'],
  owner: ['manage'],
}

/** Arguments of `grant give` and `grant take`. */
export const grantable: readonly string[] = [...privileges, ...Object.keys(bundles)]

/**
 * Returns the privileges of names and bundles. On a table or view a bundle does not contain `create`, because such objects
 * contain no others.
 */
export function toPrivileges(names: readonly string[], on: SecurableName): readonly string[] {
  const isRelation = on !== 'server' && on.relation !== undefined
  const all = names.flatMap((name) => {
    const bundle = bundles[name]
    return bundle === undefined ? [name] : bundle.filter((each) => !(isRelation && each === 'create'))
  })
  return [...new Set(all)]
}
