import { must, type Send } from './api.ts'

const schema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'order_id', type: 'long', required: true, doc: 'Number of the order' },
    {
      id: 2,
      name: 'customer',
      required: false,
      type: { type: 'struct', fields: [{ id: 3, name: 'city', type: 'string', required: false }] },
    },
    { id: 4, name: 'ordered_at', type: 'timestamptz', required: true },
  ],
}
const spec = { 'spec-id': 0, fields: [{ 'source-id': 4, 'field-id': 1000, name: 'day', transform: 'day' }] }

/** Query id of the request that the server refuses. */
export const refusedQuery = 'query-of-bob-1'

/** Credentials of the users of the console, each as `CLIENT_ID:CLIENT_SECRET`. */
export interface Users {
  readonly bob: string
  readonly ada: string
}

/**
 * Creates the namespaces, tables, views, users, grants and the engine that the checks of the console use.
 *
 * @param tables number of tables in the namespace `logs`
 */
export async function makeContent(admin: Send, tables: number): Promise<Users> {
  for (const namespace of [['sales'], ['sales', 'emea'], ['logs']])
    await must(admin('POST', '/v1/lakehouse/namespaces', { namespace, properties: { comment: 'shops' } }))
  const path = '/v1/lakehouse/namespaces/sales'
  const table = { name: 'orders', schema, 'partition-spec': spec, properties: { comment: 'All orders' } }
  const { metadata } = (await must(admin('POST', `${path}/tables`, table))) as {
    readonly metadata: { readonly location: string }
  }
  for (let id = 1; id <= 3; id += 1)
    await must(admin('POST', `${path}/tables/orders`, addSnapshot(id, metadata.location)))
  await must(admin('POST', `${path}/views`, toView('SELECT order_id FROM orders WHERE order_id > 7')))
  for (let from = 0; from < tables; from += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, tables - from) }, (_, index) =>
        must(
          admin('POST', '/v1/lakehouse/namespaces/logs/tables', {
            name: `event_${String(from + index).padStart(7, '0')}`,
            schema,
          }),
        ),
      ),
    )
  await must(admin('POST', '/v1/lakehouse/namespaces/sales/tables', { name: 'old_orders', schema }))
  await must(admin('DELETE', '/v1/lakehouse/namespaces/sales/tables/old_orders'))
  const [bob, ada] = [await makePrincipal(admin, 'bob'), await makePrincipal(admin, 'ada')]
  await makePrincipal(admin, 'trino')
  await must(
    admin('POST', '/management/v1/engines', {
      principal: 'trino',
      subjects: [{ issuer: 'headgate', pattern: '*' }],
    }),
  )
  await must(admin('POST', '/management/v1/roles', { name: 'analysts' }))
  await must(admin('POST', '/management/v1/roles/analysts/members/add', { principal: 'ada' }))
  const on = { warehouse: 'lakehouse', namespace: ['sales'] }
  await must(admin('POST', '/management/v1/grants', { privilege: 'select', on, to: { role: 'analysts' } }))
  await must(
    admin('POST', '/management/v1/grants', {
      privilege: 'use',
      on: { ...on, relation: 'orders' },
      to: { principal: 'bob' },
    }),
  )
  return { bob, ada }
}

/** Returns the createView request body of a view with the given SQL text. */
export function toView(sql: string, name = 'big_orders'): unknown {
  return {
    name,
    schema,
    'view-version': {
      'version-id': 1,
      'timestamp-ms': 1_760_000_000_000,
      'schema-id': 0,
      summary: { 'engine-name': 'spark' },
      'default-namespace': ['sales'],
      representations: [{ type: 'sql', dialect: 'spark', sql }],
    },
    properties: {},
  }
}

function addSnapshot(id: number, location: string): unknown {
  const snapshot = {
    'snapshot-id': id,
    ...(id === 1 ? {} : { 'parent-snapshot-id': id - 1 }),
    'sequence-number': id,
    'timestamp-ms': Date.now(),
    'manifest-list': `${location}/metadata/snap-${id}.avro`,
    summary: { operation: 'append', 'added-records': '10', 'total-records': String(10 * id) },
    'schema-id': 0,
  }
  return {
    requirements: [],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
    ],
  }
}

async function makePrincipal(admin: Send, name: string): Promise<string> {
  const { secret } = (await must(admin('POST', '/management/v1/principals', { name }))) as {
    readonly secret: { readonly clientId: string; readonly clientSecret: string }
  }
  return `${secret.clientId}:${secret.clientSecret}`
}
