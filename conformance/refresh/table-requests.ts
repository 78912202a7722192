import { type Response, readMember } from './catalog-client.ts'

/** Request headers that request storage keys from the catalog. */
export const delegation: Readonly<Record<string, string>> = {
  'x-iceberg-access-delegation': 'vended-credentials',
}

const schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [{ id: 1, name: 'id', type: 'long', required: false }],
}

/** Returns the body of a createTable request. */
export function createBody(name: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { name, schema, ...more }
}

/** Returns the body of the commit with which Iceberg's clients create a staged table. */
export function creationBody(staged: Response): object {
  const metadata = readMember(staged.json, 'metadata')
  const member = (name: string): unknown => readMember(metadata, name)
  const first = (name: string): unknown => {
    const list = member(name)
    return Array.isArray(list) ? (list[0] as unknown) : undefined
  }
  const properties = member('properties')
  return {
    requirements: [{ type: 'assert-create' }],
    updates: [
      { action: 'assign-uuid', uuid: member('table-uuid') },
      { action: 'upgrade-format-version', 'format-version': member('format-version') },
      { action: 'add-schema', schema: first('schemas'), 'last-column-id': 1 },
      { action: 'set-current-schema', 'schema-id': -1 },
      { action: 'add-spec', spec: first('partition-specs') },
      { action: 'set-default-spec', 'spec-id': -1 },
      { action: 'add-sort-order', 'sort-order': first('sort-orders') },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
      { action: 'set-location', location: member('location') },
      ...(typeof properties === 'object' && properties !== null && Object.keys(properties).length > 0
        ? [{ action: 'set-properties', updates: properties }]
        : []),
    ],
  }
}

export function locationIn(response: Response): string {
  const location = readMember(response.json, 'metadata', 'location')
  return typeof location === 'string' ? location : ''
}
