import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resolved } from '../store/resolve-relations.ts'
import { type Sql, type Statement, statement } from '../store/sql.ts'
import { schema } from '../iceberg/test-tables.ts'
import { type TestServer, testServer } from '../test-server.ts'
import { Resolver } from './resolver.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['n'] })
})
afterAll(() => server[Symbol.asyncDispose]())

const named = (name: string): { namespace: string[]; name: string } => ({ namespace: ['n'], name })

async function create(name: string): Promise<void> {
  expect((await server.send('POST', 'namespaces/n/tables', { name, schema })).status).toBe(200)
}

function look(resolver: Resolver, name: string): Promise<Resolved> {
  return resolver.whatStands(server.warehouseId, named(name), { form: 'all', known: null })
}

/** Every column that an answer tells, changed without a trace in any other. */
const changes: readonly (readonly [string, string])[] = [
  ['the relation has another owner', `update relation set owner_id = '${randomUUID()}'`],
  ['it lends other rights', `update relation set definer_id = '${randomUUID()}'`],
  ['it is protected', 'update relation set protected = not protected'],
  ['it may have files elsewhere', `update relation set prefixes = array['s3://elsewhere/']`],
  ['storage access is revoked', 'update relation set not_before = clock_timestamp()'],
  [
    'it was committed to',
    `update relation set version = version + 1, metadata_location = metadata_location || '+'`,
  ],
  ['its metadata location is back', `update relation set metadata_location = rtrim(metadata_location, '+')`],
  ['it has another uuid', 'update relation set uuid = gen_random_uuid()'],
  ['it moved', `update relation set location = location || '+'`],
  ['it is a view', `update relation set kind = case kind when 'view' then 'table' else 'view' end`],
  ['the namespace has another owner', `update namespace set owners = array['${randomUUID()}'::uuid]`],
  ['the namespace is elsewhere', `update namespace set lineage = lineage || '${randomUUID()}'::uuid`],
  ['it has another name', `update relation set name = 'other' where name = 'steady'`],
  ['it has the name again', `update relation set name = 'steady' where name = 'other'`],
  [
    'it is dropped',
    `update relation set namespace_id = null, namespace_path = 'n', dropped_at = now(), expires_at = now()`,
  ],
]

test('what a resolver remembers never hides a change', async () => {
  await create('steady')
  const remembering = new Resolver(server.sql)
  await look(remembering, 'steady')
  for (const [what, sql] of changes) {
    const before = await look(remembering, 'steady')
    await server.sql.run(statement(`test_${randomUUID()}`, sql))
    const after = await look(remembering, 'steady')
    expect(after, what).not.toEqual(before)
    expect(after, what).toEqual(await look(new Resolver(server.sql), 'steady'))
  }
  expect((await look(remembering, 'steady')).relation).toBeNull()
})

test('what has not changed is not sent again, and its text is', async () => {
  await create('same')
  const resolver = new Resolver(server.sql)
  const first = await look(resolver, 'same')
  const location = first.relation?.metadataLocation ?? ''
  const known = { form: 'all', known: location } as const
  const [second, third] = [
    await resolver.whatStands(server.warehouseId, named('same'), known),
    await resolver.whatStands(server.warehouseId, named('same'), known),
  ]
  expect(second.relation).toBe(third.relation)
  expect(second.relation).toEqual({ ...first.relation, body: null })
  expect(await look(resolver, 'same')).toEqual(first)
})

test('what one database server said is not believed of another one, which has all of it sent again', async () => {
  await create('set-back')
  let started = '2026-01-01'
  const sql = Object.assign(Object.create(server.sql) as Sql, {
    run: ({ name, text }: Statement, values: readonly unknown[]) => {
      const there = text.replace('pg_postmaster_start_time()', `timestamptz '${started}'`)
      return server.sql.run(statement(`${name}_${started}`, there), values)
    },
  })
  const resolver = new Resolver(sql)
  const first = await look(resolver, 'set-back')
  const known = { form: 'all', known: first.relation?.metadataLocation ?? '' } as const
  const again = (): Promise<Resolved> => resolver.whatStands(server.warehouseId, named('set-back'), known)
  const second = await again()
  expect((await again()).relation).toBe(second.relation)
  started = '2026-01-02'
  const third = await again()
  expect(third.relation).not.toBe(second.relation)
  expect(third).toEqual(second)
})

test('names that look like a name with a text do not meet it', async () => {
  await create('plain')
  await create('plain all s3://x')
  const resolver = new Resolver(server.sql)
  const ask = (name: string, known: string): Promise<Resolved> =>
    resolver.whatStands(server.warehouseId, named(name), { form: 'all', known })
  const [one, other] = await Promise.all([
    ask('plain', 's3://x all s3://y'),
    ask('plain all s3://x', 's3://y'),
  ])
  expect(one).toEqual(await look(new Resolver(server.sql), 'plain'))
  expect(other).toEqual(await look(new Resolver(server.sql), 'plain all s3://x'))
})

test('nothing where nothing stands, however often it is asked for, until something does', async () => {
  const resolver = new Resolver(server.sql)
  for (let n = 0; n < 2; n += 1) expect((await look(resolver, 'late')).relation).toBeNull()
  await create('late')
  expect((await look(resolver, 'late')).relation?.kind).toBe('table')
})

test('names that are asked for together, and while queries run, share queries; each gets its own answer', async () => {
  const names = Array.from({ length: 30 }, (_, n) => `many${n}`)
  for (const name of names) await create(name)
  let queries = 0
  const counting = Object.assign(Object.create(server.sql) as Sql, {
    run: (...args: Parameters<Sql['run']>) => {
      queries += 1
      return server.sql.run(...args)
    },
  })
  const resolver = new Resolver(counting)
  const answers = await Promise.all([...names, ...names].map((name) => look(resolver, name)))
  expect(queries).toBeLessThanOrEqual(2)
  for (const [index, name] of names.entries()) {
    const alone = await look(new Resolver(server.sql), name)
    expect(alone.relation).not.toBeNull()
    expect([answers[index], answers[index + names.length]]).toEqual([alone, alone])
  }
})

test('when a query fails, who asked hears so and the next one is asked anew', async () => {
  await create('failing')
  let broken = true
  const failing = Object.assign(Object.create(server.sql) as Sql, {
    run: (...args: Parameters<Sql['run']>) =>
      broken ? Promise.reject(new Error('the database is away')) : server.sql.run(...args),
  })
  const resolver = new Resolver(failing)
  const asked = Array.from({ length: 5 }, () => look(resolver, 'failing'))
  for (const answer of await Promise.allSettled(asked)) expect(answer.status).toBe('rejected')
  broken = false
  expect((await look(resolver, 'failing')).relation?.kind).toBe('table')
})
