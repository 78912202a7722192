import { currentSchemaIndex, type Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { checkOrderCompatibility } from '../sort/check-order.ts'
import { UNSORTED } from '../sort/decode-order.ts'
import { sameOrder } from '../sort/same-order.ts'
import type { SortOrder } from '../sort/types.ts'

/** Adds a sort order under an id of the table's own, or finds the one that is already there. */
export function addSortOrder(draft: Draft, order: SortOrder): void {
  if (draft.formatVersion < 3 && order.fields.some((field) => field['source-ids'] !== undefined))
    throw invalid('Invalid sort order: source-ids is not supported until v3')
  checkOrderCompatibility(order, currentSchemaIndex(draft, 'add a sort order'))
  const id = idFor(draft, order)
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

/** 0 for no order; else the id of the same order, or one more than the highest, from 1 on. */
function idFor(draft: Draft, order: SortOrder): number {
  if (order.fields.length === 0) return UNSORTED['order-id']
  for (const [id, existing] of draft.orders) if (sameOrder(existing, order)) return id
  return Math.max(UNSORTED['order-id'], ...draft.orders.keys()) + 1
}

/** Makes an order the default one; -1 is the one added last in this commit. */
export function setDefaultSortOrder(draft: Draft, requested: number): void {
  const id = requested === -1 ? draft.changes.lastAddedOrder : requested
  if (id === null) throw invalid('Cannot set last added sort order: no sort order has been added')
  if (id === draft.defaultOrderId) return
  if (!draft.orders.has(id)) throw invalid(`Cannot set default sort order to unknown sort order: ${id}`)
  draft.defaultOrderId = id
  draft.changes.any = true
}
