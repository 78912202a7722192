// Example view of the tests.
import { createViewMetadata } from '../../src/view/create-view-metadata.ts'
import type { Schema } from '../../src/metadata/schema/types.ts'
import type { ViewMetadata, ViewRepresentation, ViewVersion } from '../../src/view/view-metadata.ts'

export const UUID = 'fa6506c3-7681-40c8-86dc-e36561f83385'
export const OTHER_UUID = '0191f0c2-7d6a-7cc3-98c4-dc0c0c07398f'

export function makeSchema(...names: readonly string[]): Schema {
  return {
    type: 'struct',
    'schema-id': 7,
    fields: names.map((name, index) => ({ id: index + 1, name, required: false, type: 'long' })),
  }
}

export const sql = (text: string, dialect = 'spark'): ViewRepresentation => ({
  type: 'sql',
  sql: text,
  dialect,
})

/** Creates a view version in the form in which a client sends it. */
export function makeVersion(text: string, more: Partial<ViewVersion> = {}): ViewVersion {
  return {
    'version-id': 1,
    'timestamp-ms': 1_000,
    'schema-id': 0,
    summary: { 'engine-name': 'spark' },
    'default-namespace': ['ns'],
    representations: [sql(text)],
    ...more,
  }
}

/** Creates a view at the time 500, with schema 0 with the column `x`, and version 1 with `select 1`. */
export const exampleView = (properties: Readonly<Record<string, string>> = {}): ViewMetadata =>
  createViewMetadata({
    uuid: UUID,
    location: 's3://bucket/ns/v',
    schema: makeSchema('x'),
    version: makeVersion('select 1'),
    properties,
    now: 500,
  })
