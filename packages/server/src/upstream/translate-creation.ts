import type { Json, JsonObject } from '@headgate/json'
import { isRawNumber, stringify } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'

/**
 * Table property whose value is the row id of an early-staged table. It marks the table until its first
 * commit.
 */
export const markProperty = 'headgate.staged'

/**
 * Translates the commit that creates a staged table into a commit to the table that already exists in the
 * upstream catalog. Adds requirements so that the commit fails if the table was replaced or contains data,
 * and omits updates that repeat the creation.
 *
 * @param body commit with the requirement `assert-create`
 * @param created metadata of the table in the upstream catalog
 * @param removesMark whether the commit also removes the property `headgate.staged`
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

/**
 * Describes an update that adds an object, such as `add-schema`: its member with the object, the object that
 * the create request stored, and their comparison.
 */
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

/**
 * Returns the updates that do not repeat the creation. If an update that adds an object is omitted, the
 * update that selects this object, such as `set-current-schema`, is omitted too.
 */
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

/**
 * Returns the current object of a list, such as the current schema: the object whose id is equal to the
 * member `selected` of the metadata.
 */
function current(metadata: JsonObject, list: string, id: string, selected: string): Json | undefined {
  return toObjects(metadata[list]).find((each) => equal(each[id], metadata[selected]))
}

/**
 * Returns whether two partition specs or sort orders have the same fields. Ignores field ids that the added
 * one does not contain.
 */
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

/** Removes members whose absence has the same meaning, such as `"doc": null`. */
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

/**
 * Returns whether a JSON value is an object. Returns false for a number that is stored as its text, although
 * its JavaScript type is object.
 */
function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}
