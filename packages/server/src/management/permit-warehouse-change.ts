import type { Decision } from '../access/decision.ts'
import type { Privilege } from '../privilege.ts'
import type { Call } from '../operation/operation.ts'
import { permit, type Permitted } from './permit.ts'
import type { WarehouseChange } from './warehouse-schemas.ts'

/** Privilege on the warehouse that a change of each field requires. */
const privilegeByField = {
  retentionSeconds: 'manage',
  protected: 'manage',
  allowedLocations: 'administer-storage',
  defaults: 'administer-storage',
  overrides: 'administer-storage',
  vending: 'administer-storage',
  store: 'administer-storage',
  storageKeys: 'administer-storage',
  fileMode: 'administer-storage',
  upstream: 'administer-storage',
  skipProbe: 'administer-storage',
} as const satisfies Record<keyof WarehouseChange, Privilege>

const fields = Object.keys(privilegeByField) as (keyof WarehouseChange)[]

/**
 * Requires every privilege that the fields of the change require. A change without fields requires `manage`.
 *
 * @throws HeadgateError 403 that names the missing privilege and the fields that require it
 */
export function permitWarehouseChange(call: Call, object: Permitted, change: WarehouseChange): Decision {
  const changed = fields.filter((field) => change[field] !== undefined)
  const ofStorage = changed.filter((field) => privilegeByField[field] === 'administer-storage')
  const others = changed.filter((field) => privilegeByField[field] === 'manage')
  if (ofStorage.length === 0) return permitFields(call, object, 'manage', others)
  if (others.length > 0) permitFields(call, object, 'manage', others)
  return permitFields(call, object, 'administer-storage', ofStorage)
}

function permitFields(
  call: Call,
  object: Permitted,
  privilege: Privilege,
  changed: readonly (keyof WarehouseChange)[],
): Decision {
  const action = changed.length === 0 ? 'A change' : `Changing ${changed.join(', ')}`
  return permit(call, { ...object, action }, privilege)
}
