import type { Json, JsonObject } from '@headgate/json'
import { isRawNumber, stringify } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'

/** Property that marks a table of early staging with the id of its row, until its first commit. */
export const markProperty = 'headgate.staged'

/**
 * Translates the commit that finishes a staged table to a commit to the table that already exists: the requirements
 * protect the table that was created and require that it has no data, and updates that repeat the creation are left out.
 *
 * @param body commit with the requirement `assert-create`
 * @param created metadata of the table in the upstream
 * @param removesMark whether the commit removes the property that marks the table
 * @throws HeadgateError `commit-failed` when the commit assigns another UUID
 */
export function translateCreation(body: JsonObject, created: JsonObject, removesMark: boolean): JsonObject {
  const requirements = toObjects(body['requirements']).filter(({ type }) => type !== 'assert-create')
  const updates = remainingUpdates(toObjects(body['updates']), created)
  const isMarked = propertiesOf(created)[markProperty] !== undefined
  return {
    ...body,
    requirements: [
      { type: 'assert-table-uuid', uuid: created['table-uuid'] ?? null },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
      ...requirements,
    ],
    updates:
      isMarked && removesMark
        ? [...updates, { action: 'remove-properties', removals: [markProperty] }]
        : updates,
  }
}

/** Member of an update with the added object, and how the creation has stored it. */
interface Addition {
  readonly member: string
  readonly stored: (created: JsonObject) => Json | undefined
  readonly same: (added: JsonObject, stored: JsonObject) => boolean
}

const additions: Readonly<Record<string, Addition & { readonly selects: string }>> = {
  'add-schema': {
    member: 'schema',
    selects: 'set-current-schema',
    stored: (created) => current(created, 'schemas', 'schema-id', 'current-schema-id'),
    same: (added, stored) =>
      equal(normalize(added['fields']), normalize(stored['fields'])) &&
      equal(added['identifier-field-ids'] ?? [], stored['identifier-field-ids'] ?? []),
  },
  'add-spec': {
    member: 'spec',
    selects: 'set-default-spec',
    stored: (created) => current(created, 'partition-specs', 'spec-id', 'default-spec-id'),
    same: sameFields,
  },
  'add-sort-order': {
    member: 'sort-order',
    selects: 'set-default-sort-order',
    stored: (created) => current(created, 'sort-orders', 'order-id', 'default-sort-order-id'),
    same: sameFields,
  },
}

/** Updates that do not repeat the creation. A selection is left out after an addition that was left out. */
function remainingUpdates(updates: readonly JsonObject[], created: JsonObject): JsonObject[] {
  const repeated = new Set<string>()
  return updates.flatMap((update) => {
    const action = text(update['action'])
    const addition = Object.hasOwn(additions, action) ? additions[action] : undefined
    if (addition !== undefined) {
      const added = update[addition.member]
      const stored = addition.stored(created)
      const repeats = isObject(added) && isObject(stored) && addition.same(added, stored)
      if (repeats) repeated.add(addition.selects)
      else repeated.delete(addition.selects)
      return repeats ? [] : [update]
    }
    return repeated.has(action) ? [] : remaining(action, update, created)
  })
}

function remaining(action: string, update: JsonObject, created: JsonObject): JsonObject[] {
  switch (action) {
    case 'assign-uuid':
      if (text(update['uuid']).toLowerCase() === text(created['table-uuid']).toLowerCase()) return []
      throw new HeadgateError(
        'commit-failed',
        'The commit assigns another UUID than the staged table has: stage the table again.',
      )
    case 'upgrade-format-version':
      return Number(update['format-version']) <= Number(created['format-version']) ? [] : [update]
    case 'set-location':
      return trimmed(update['location']) === trimmed(created['location']) ? [] : [update]
    case 'set-properties': {
      const before = propertiesOf(created)
      const changed = Object.entries(isObject(update['updates']) ? update['updates'] : {}).filter(
        ([name, value]) => name !== markProperty && !equal(value, before[name]),
      )
      return changed.length === 0 ? [] : [{ ...update, updates: Object.fromEntries(changed) }]
    }
    default:
      return [update]
  }
}

function propertiesOf(metadata: JsonObject): JsonObject {
  const properties = metadata['properties']
  return isObject(properties) ? properties : {}
}

/** Returns the object in a list whose id is the current one. */
function current(metadata: JsonObject, list: string, id: string, selected: string): Json | undefined {
  return toObjects(metadata[list]).find((each) => equal(each[id], metadata[selected]))
}

/** Compares the fields of partition specs and sort orders. Ids of partition fields may be absent in a request. */
function sameFields(added: JsonObject, stored: JsonObject): boolean {
  const [before, after] = [toObjects(stored['fields']), toObjects(added['fields'])]
  return (
    before.length === after.length &&
    after.every((field, index) => {
      const other = before[index] ?? {}
      return Object.entries(field).every(([name, value]) => equal(value, other[name]))
    })
  )
}

/** Removes members that mean the same as their absence, such as `"doc": null`. */
function normalize(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((item) => normalize(item))
  if (!isObject(value)) return value ?? null
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [name, normalize(member)]),
  )
}

function equal(a: Json | undefined, b: Json | undefined): boolean {
  return stringify(sorted(a ?? null)) === stringify(sorted(b ?? null))
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => sorted(item))
  if (!isObject(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member ?? null)]))
}

function trimmed(location: Json | undefined): string {
  return text(location).replace(/\/+$/, '')
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function toObjects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isObject(item)) : []
}

/** Returns whether a value is an object. A raw number is not one, although its type is. */
function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}
