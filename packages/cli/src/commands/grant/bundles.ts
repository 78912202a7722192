import type { Securable } from '../../names/securable.ts'
import { privileges } from '../access/subject-options.ts'

/** Names for what is usually granted together. */
const bundles: Readonly<Record<string, readonly string[]>> = {
  reader: ['select'],
  writer: ['modify', 'create'],
  owner: ['manage'],
}

/** What `grant give` and `grant take` accept. */
export const grantable: readonly string[] = [...privileges, ...Object.keys(bundles)]

/** Returns the privileges of names and bundles. In a table or view nothing is created, so a bundle leaves `create` out there. */
export function privilegesOf(names: readonly string[], on: Securable): readonly string[] {
  const isRelation = on !== 'server' && on.relation !== undefined
  const all = names.flatMap((name) => {
    const bundle = bundles[name]
    return bundle === undefined ? [name] : bundle.filter((each) => !(isRelation && each === 'create'))
  })
  return [...new Set(all)]
}
