import { randomUUID } from 'node:crypto'
import { startTestPostgres, type TestPostgres } from '@headgate/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metadataKeyOf } from '../store/relations.ts'
import type { Resolved } from '../store/resolve-relations.ts'
import { type Sql, type Statement, statement } from '../store/sql.ts'
import { schema } from '../iceberg/test-tables.ts'
import { type TestServer, testServer } from '../test-server.ts'
import { Resolver } from './resolver.ts'

// A database server of its own: whatever is written anywhere on one moves it, and other tests write all the time.
let postgres: TestPostgres
let server: TestServer
beforeAll(async () => {
  postgres = await startTestPostgres({ settings: { autovacuum: 'off' } })
  server = await testServer({ databaseServer: postgres.url })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const named = (name: string): { namespace: string[]; name: string } => ({ namespace: ['n'], name })

const keyOf = ({ relation }: Resolved): string | null => (relation === null ? null : metadataKeyOf(relation))

async function create(name: string): Promise<void> {
  expect((await server.send('POST', 'namespaces/n/tables', { name, schema })).status).toBe(200)
}

function look(resolver: Resolver, name: string): Promise<Resolved> {
  return resolver.whatStands(server.warehouseId, named(name), { form: 'all', known: null })
}

/** Every column that an answer tells, changed without a trace in any other. */
const changes: readonly (readonly [string, string])[] = [
  ['the relation has another owner', 'update relation set owner_id = gen_random_uuid()'],
  ['it lends other rights', 'update relation set definer_id = gen_random_uuid()'],
  ['it is protected', 'update relation set protected = not protected'],
  ['it may have files elsewhere', `update relation set prefixes = array['s3://elsewhere/']`],
  ['storage access is revoked', 'update relation set not_before = clock_timestamp()'],
  [
    'it was committed to',
    `update relation set version = version + 1, metadata_location = metadata_location || '+'`,
  ],
  ['its metadata location is back', `update relation set metadata_location = rtrim(metadata_location, '+')`],
  [
    'it has another digest',
    `update relation set metadata_digest = sha256('x'), digest_location = metadata_location`,
  ],
  ['it has another uuid', 'update relation set uuid = gen_random_uuid()'],
  ['it moved', `update relation set location = location || '+'`],
  ['it is a view', `update relation set kind = case kind when 'view' then 'table' else 'view' end`],
  ['the namespace has another owner', 'update namespace set owners = array[gen_random_uuid()]'],
  ['the namespace is elsewhere', 'update namespace set lineage = lineage || gen_random_uuid()'],
  ['it has another name', `update relation set name = 'other' where name = 'steady'`],
  ['it has the name again', `update relation set name = 'steady' where name = 'other'`],
  [
    'it is dropped',
    `update relation set namespace_id = null, namespace_path = 'n', dropped_at = now(), expires_at = now()`,
  ],
]

/** The store, and the statements that it was sent. */
function watched(): { readonly sql: Sql; readonly sent: string[] } {
  const sent: string[] = []
  const sql = Object.assign(Object.create(server.sql) as Sql, {
    run: (...args: Parameters<Sql['run']>) => {
      sent.push(args[0].name)
      return server.sql.run(...args)
    },
  })
  return { sql, sent }
}

/** Asks for a name until the resolver remembers it, and only asks the store whether it has moved. */
async function settled(
  { sent }: { readonly sent: readonly string[] },
  ask: () => Promise<Resolved>,
): Promise<Resolved> {
  const last = async (): Promise<string | undefined> => {
    await ask()
    return sent.at(-1)
  }
  await expect.poll(last, { interval: 1 }).toBe('moment')
  return ask()
}

test.each(['none', 'all'] as const)('what a resolver remembers never hides a change: %s', async (form) => {
  const name = `steady_${form}`
  await create(name)
  const store = watched()
  const remembering = new Resolver(store.sql)
  for (const [what, sql] of changes) {
    const { relation } = await look(remembering, name)
    const wanted = { form, known: relation === null ? null : metadataKeyOf(relation) }
    const ask = (resolver: Resolver): Promise<Resolved> =>
      resolver.whatStands(server.warehouseId, named(name), wanted)
    const before = await settled(store, () => ask(remembering))
    await server.sql.run(statement(`test_${randomUUID()}`, sql.replaceAll("'steady'", `'${name}'`)))
    const after = await ask(remembering)
    expect(after, what).not.toEqual(before)
    expect(after, what).toEqual(await ask(new Resolver(server.sql)))
  }
  expect((await look(remembering, name)).relation).toBeNull()
})

test('a change that is under way is seen when it is committed, and one that is undone never', async () => {
  await create('moving')
  const store = watched()
  const resolver = new Resolver(store.sql)
  const ask = (): Promise<Resolved> => resolver.whatStands(server.warehouseId, named('moving'))
  const before = await settled(store, ask)
  const touch = statement(`test_${randomUUID()}`, 'update relation set protected = not protected')
  await expect(
    server.sql.transaction(async (tx) => {
      await tx.run(touch)
      expect(await settled(store, ask)).toEqual(before)
      throw new Error('not after all')
    }),
  ).rejects.toThrow('not after all')
  expect(await settled(store, ask)).toEqual(before)
  await server.sql.transaction(async (tx) => {
    await tx.run(touch)
    // Others come and go meanwhile, and this one is still under way.
    await create('moved_on')
    expect(await settled(store, ask)).toEqual(before)
  })
  expect((await ask()).relation?.protected).toBe(before.relation?.protected === false)
})

test('however many ask, one question whether the store has moved serves them, and the policy with it', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `still${n}`)
  for (const name of names) await create(name)
  const store = watched()
  const resolver = new Resolver(store.sql)
  const ask = (): Promise<Resolved[]> =>
    Promise.all([...names, ...names].map((name) => resolver.whatStands(server.warehouseId, named(name))))
  const answers = await ask()
  // Until the last of what the server does for itself is over.
  await expect
    .poll(async () => {
      store.sent.length = 0
      expect(await ask()).toEqual(answers)
      return store.sent
    })
    .toEqual(['moment'])
  await server.sql.run(statement(`test_${randomUUID()}`, 'update policy set version = version + 1'))
  const [{ policyVersion } = { policyVersion: 0 }] = answers
  expect((await ask()).map((answer) => answer.policyVersion)).toEqual(
    [...names, ...names].map(() => policyVersion + 1),
  )
})

interface Holding {
  readonly sql: Sql
  readonly sent: string[]
  /** Holds back what the next questions whether the store has moved are answered; resolves when there is an answer. */
  hold(): Promise<void>
  release(): void
}

function holding(): Holding {
  const sent: string[] = []
  let answered = Promise.withResolvers<void>()
  let released = answered
  released.resolve()
  const sql = Object.assign(Object.create(server.sql) as Sql, {
    run: async (...args: Parameters<Sql['run']>) => {
      sent.push(args[0].name)
      const rows = await server.sql.run(...args)
      if (args[0].name === 'moment') {
        answered.resolve()
        await released.promise
      }
      return rows
    },
  })
  return {
    sql,
    sent,
    hold() {
      answered = Promise.withResolvers<void>()
      released = Promise.withResolvers<void>()
      sent.length = 0
      return answered.promise
    },
    release: () => released.resolve(),
  }
}

/** Asks for a name whose question is held back. What moved since it was settled is settled again. */
async function held(
  store: Holding,
  ask: () => Promise<Resolved>,
): Promise<{ readonly answer: Promise<Resolved> }> {
  for (;;) {
    const answered = store.hold()
    const answer = ask()
    if (await Promise.race([answered.then(() => true), answer.then(() => false)])) return { answer }
    store.release()
    await settled(store, ask)
  }
}

test('who asks while a question is under way is not told its answer', async () => {
  const store = holding()
  const name = `asked_${randomUUID()}`
  await create(name)
  const protect = `update relation set protected = not protected where name = '${name}'`
  const resolver = new Resolver(store.sql, 60_000)
  const ask = (): Promise<Resolved> => resolver.whatStands(server.warehouseId, named(name))
  const before = await settled(store, ask)
  const early = await held(store, ask)
  await server.sql.run(statement(`test_${randomUUID()}`, protect))
  const late = ask()
  store.release()
  expect(await early.answer).toEqual(before)
  expect((await late).relation?.protected).toBe(before.relation?.protected === false)
  expect(store.sent).toEqual(['moment', 'moment', 'relation_resolve_one'])
})

test('a question that hangs keeps nobody waiting for long, and the next one nobody at all', async () => {
  const store = holding()
  await create('hanging')
  const patienceMs = 2_000
  const resolver = new Resolver(store.sql, patienceMs)
  const ask = (): Promise<Resolved> => resolver.whatStands(server.warehouseId, named('hanging'))
  const before = await settled(store, ask)
  const early = await held(store, ask)
  const late = ask()
  expect(await Promise.all([early.answer, late])).toEqual([before, before])
  const startedAt = performance.now()
  expect(await ask()).toEqual(before)
  expect(performance.now() - startedAt).toBeLessThan(patienceMs)
  expect(store.sent.filter((name) => name === 'moment')).toHaveLength(1)
  store.release()
  expect(await settled(store, ask)).toEqual(before)
})

test('where the question fails the rows are asked for, and the question is put again later', async () => {
  await create('doubtful')
  let broken = false
  const sent: string[] = []
  const sql = Object.assign(Object.create(server.sql) as Sql, {
    run: (...args: Parameters<Sql['run']>) => {
      sent.push(args[0].name)
      const fails = broken && args[0].name === 'moment'
      return fails ? Promise.reject(new Error('the database is away')) : server.sql.run(...args)
    },
  })
  const resolver = new Resolver(sql)
  const ask = (): Promise<Resolved> => resolver.whatStands(server.warehouseId, named('doubtful'))
  const before = await settled({ sent }, ask)
  broken = true
  await expect
    .poll(async () => (sent.splice(0), await ask(), sent))
    .toEqual(['moment', 'relation_resolve_one'])
  expect(await ask()).toEqual(before)
  broken = false
  expect(await settled({ sent }, ask)).toEqual(before)
})

test('a store that cannot tell its moment, as a stand-by cannot, is asked for the rows', async () => {
  await create('standby')
  const sent: string[] = []
  const sql = Object.assign(Object.create(server.sql) as Sql, {
    run: ({ name, text }: Statement, values: readonly unknown[]) => {
      sent.push(name)
      return server.sql.run(statement(`${name}_standby`, text.replace('pg_is_in_recovery()', 'true')), values)
    },
  })
  const resolver = new Resolver(sql)
  for (let n = 0; n < 4; n += 1) await resolver.whatStands(server.warehouseId, named('standby'))
  expect(sent).toEqual(Array.from({ length: 4 }, () => 'relation_resolve_one'))
})

test('a store that keeps moving is not asked whether it has', async () => {
  await create('restless')
  const store = watched()
  const resolver = new Resolver(store.sql)
  const touch = statement(
    `test_${randomUUID()}`,
    "update relation set protected = not protected where name = 'restless'",
  )
  for (let n = 0; n < 4; n += 1) {
    await server.sql.run(touch)
    await resolver.whatStands(server.warehouseId, named('restless'))
  }
  expect(store.sent).toEqual(Array.from({ length: 4 }, () => 'relation_resolve_one'))
})

test('what has not changed is not sent again, and its text is', async () => {
  await create('same')
  const resolver = new Resolver(server.sql)
  const first = await look(resolver, 'same')
  const known = { form: 'all', known: keyOf(first) } as const
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
      const there = text.replaceAll('pg_postmaster_start_time()', `timestamptz '${started}'`)
      return server.sql.run(statement(`${name}_${started}`, there), values)
    },
  })
  const resolver = new Resolver(sql)
  const first = await look(resolver, 'set-back')
  const known = { form: 'all', known: keyOf(first) } as const
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
  const { sql, sent } = watched()
  const resolver = new Resolver(sql)
  const answers = await Promise.all([...names, ...names].map((name) => look(resolver, name)))
  expect(sent.length).toBeLessThanOrEqual(4)
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
