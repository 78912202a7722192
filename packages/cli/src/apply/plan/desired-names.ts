import type { SecurableName } from '../../management/generated/schemas.ts'
import { formatSecurable } from '../../names/securable.ts'
import type { DesiredState } from '../read/merge-documents.ts'

/** Names of the objects that the documents contain, and that a run creates if they do not exist. */
export interface DesiredNames {
  readonly principals: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  /**
   * Names of warehouses and namespaces in the form of {@link formatSecurable}, such as `warehouse:lake` and
   * `namespace:lake/sales`.
   */
  readonly objects: ReadonlySet<string>
}

export function toDesiredNames({ principals, roles, warehouses, namespaces }: DesiredState): DesiredNames {
  const objects: readonly SecurableName[] = [
    ...warehouses.map(({ name }) => ({ warehouse: name })),
    ...namespaces.map(({ warehouse, levels }) => ({ warehouse, namespace: levels })),
  ]
  return {
    principals: new Set(principals.map(({ name }) => name)),
    roles: new Set(roles.map(({ name }) => name)),
    objects: new Set(objects.map(formatSecurable)),
  }
}
