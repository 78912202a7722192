import { currentSchemaIndex, type Draft, highestId } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { checkOrderCompatibility } from '../sort/check-order.ts'
import { UNSORTED } from '../sort/decode-order.ts'
import { sameOrder } from '../sort/same-order.ts'
import type { SortOrder } from '../sort/types.ts'

/** Adds a sort order with a new id. If the table already has an equal sort order, uses this sort order instead. */
export function addSortOrder(draft: Draft, order: SortOrder): void {
  if (draft.formatVersion < 3 && order.fields.some((field) => field['source-ids'] !== undefined))
    throw invalid('Invalid sort order: source-ids is not supported until v3')
  checkOrderCompatibility(order, currentSchemaIndex(draft, 'add a sort order'))
  const id = chooseId(draft, order)
  const { changes } = draft
  if (draft.orders.has(id)) {
    const added = changes.lastAddedOrder !== null && changes.addedOrders.has(changes.lastAddedOrder)
    changes.lastAddedOrder = added ? id : null
    return
  }
  draft.orders.set(id, { ...order, 'order-id': id })
  changes.addedOrders.add(id)
  changes.lastAddedOrder = id
  changes.any = true
}

/**
 * Returns the id of a sort order: 0 for an order without fields, the id of the equal order of the table, or else the
 * next unused id from 1.
 */
function chooseId(draft: Draft, order: SortOrder): number {
  if (order.fields.length === 0) return UNSORTED['order-id']
  let steps = 0
  let found: number | undefined
  for (const [id, existing] of draft.orders) {
    steps += existing.fields.length === order.fields.length ? 2 + 10 * order.fields.length : 2
    if (sameOrder(existing, order)) {
      found = id
      break
    }
  }
  draft.budget.spend(steps)
  return found ?? highestId(draft.orders.keys(), UNSORTED['order-id']) + 1
}

/** Sets the default sort order of a table. The id -1 refers to the last sort order that this commit added. */
export function setDefaultSortOrder(draft: Draft, requested: number): void {
  const id = requested === -1 ? draft.changes.lastAddedOrder : requested
  if (id === null) throw invalid('Cannot set last added sort order: no sort order has been added')
  if (id === draft.defaultOrderId) return
  if (!draft.orders.has(id)) throw invalid(`Cannot set default sort order to unknown sort order: ${id}`)
  draft.defaultOrderId = id
  draft.changes.any = true
}
