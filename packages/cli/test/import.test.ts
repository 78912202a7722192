import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { RestCatalog } from '@headgate/iceberg/client'
import { startHttpServer } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocuments } from '../src/apply/read/parse-document.ts'
import { moveRelation } from '../src/import/move-relation.ts'
import { type RunResult, spawnSource, testHeadgate, type TestHeadgate, testIssuer } from './headgate.ts'

const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] } as const
const timeout = 120_000

/** Connects to a warehouse with the credential of the administrator. */
async function connect(server: TestHeadgate, warehouse: string): Promise<RestCatalog> {
  const file = join(server.directory, 'data/admin-credential')
  return await RestCatalog.connect({
    uri: server.url,
    warehouse,
    properties: {
      'rest.auth.type': 'oauth2',
      'rest.auth.oauth2.token-endpoint': `${server.url}/v1/oauth/tokens`,
      'rest.auth.oauth2.scope': 'catalog',
      credential: (await readFile(file, 'utf8')).trim(),
    },
  })
}

describe('headgate import', () => {
  let source: TestHeadgate
  let target: TestHeadgate
  let from: RestCatalog
  let into: RestCatalog
  let properties: string

  /** Runs `headgate import` from the source server to the target server. */
  const importHere = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RunResult> =>
    target.headgate(['import', '--from', properties, '--warehouse', 'shop', ...args], { env })

  const directory = (name: string): string => join(source.directory, 'data/warehouses', name)

  /** Creates a table in the source, in a new namespace. */
  const createTable = async (name: string, levels: readonly string[] = [name]): Promise<string> => {
    for (let depth = 1; depth <= levels.length; depth++) {
      const namespace = levels.slice(0, depth)
      if (!(await from.namespaceExists(namespace))) await from.createNamespace(namespace)
    }
    const table = await from.createTable({ namespace: levels, name }, { schema })
    return String(table.metadataLocation)
  }

  beforeAll(async () => {
    source = await testHeadgate()
    target = await testHeadgate({
      HEADGATE_FILE_ROOTS: `file://${join(source.directory, 'data/warehouses')}`,
    })
    await source.headgate(['warehouse', 'create', 'old', directory('old')])
    await target.headgate(['warehouse', 'create', 'shop', directory('shop'), '--allow', directory('old')])
    from = await connect(source, 'old')
    into = await connect(target, 'shop')
    properties = join(source.directory, 'source.properties')
    const credential = (await readFile(join(source.directory, 'data/admin-credential'), 'utf8')).trim()
    const lines = [
      `uri=${source.url}`,
      'warehouse=old',
      'rest.auth.type=oauth2',
      `rest.auth.oauth2.token-endpoint=${source.url}/v1/oauth/tokens`,
      'rest.auth.oauth2.scope=catalog',
      `credential=${credential}`,
    ]
    await writeFile(properties, lines.join('\n'), { mode: 0o600 })
  }, timeout)
  afterAll(async () => {
    await from?.[Symbol.asyncDispose]()
    await into?.[Symbol.asyncDispose]()
    await target?.[Symbol.asyncDispose]()
    await source?.[Symbol.asyncDispose]()
  })

  it(
    'headgate import registers namespaces with properties, tables and views, and registers nothing again in the next run',
    { timeout },
    async () => {
      await from.createNamespace(['sales'], { owner: 'ann', team: 'blue' })
      const file = await createTable('orders', ['sales', 'eu. 1'])
      const orders = { namespace: ['sales', 'eu. 1'], name: 'orders' }
      const before = await from
        .updateTable(await from.loadTable(orders))
        .setProperties({ a: '1' })
        .commit()
      const representations = [{ type: 'sql', dialect: 'spark', sql: 'SELECT id FROM orders' }]
      const recent = { namespace: ['sales'], name: 'recent' }
      await from.createView(recent, { schema, representations })

      const first = await importHere(['--namespace', 'sales', '--json'])
      expect(first.json).toMatchObject({
        namespaces: { created: 2, existing: 0 },
        tables: { registered: 1, failed: 0 },
        views: { registered: 1, failed: 0 },
        tablesInBothCatalogs: 1,
        problems: [],
      })
      expect(first).toMatchObject({ code: 0, err: expect.stringContaining('Tables in both catalogs: 1.') })
      expect(await into.loadNamespace(['sales'])).toMatchObject({ owner: 'ann', team: 'blue' })
      const imported = await into.loadTable(orders)
      expect(imported.metadataLocation).toBe(before.metadataLocation)
      expect(imported.metadataLocation).not.toBe(file)
      expect(imported.metadata).toEqual(before.metadata)
      expect(await into.loadView(recent)).toMatchObject({
        metadataLocation: (await from.loadView(recent)).metadataLocation,
        metadata: (await from.loadView(recent)).metadata,
      })

      const second = await importHere(['--namespace', 'sales', '--source-read-only'])
      expect(second).toMatchObject({ code: 0, err: '' })
      expect(second.out).toMatch(/\nnamespaces +0 created, 2 existed before\n/)
      expect(second.out).toMatch(/\ntables +1 registered before\n/)
      expect(second.out).toMatch(/\nviews +1 registered before\n/)
    },
  )

  it(
    'headgate import detects commits that only one catalog has, and reports a conflict if each catalog has commits that the other lacks',
    { timeout },
    async () => {
      await createTable('a', ['states'])
      await createTable('b', ['states'])
      const [a, b] = ['a', 'b'].map((name) => ({ namespace: ['states'], name }))
      if (a === undefined || b === undefined) throw new Error('unreachable')
      expect(await importHere(['--namespace', 'states', '--json'])).toMatchObject({ code: 0 })
      await into
        .updateTable(await into.loadTable(a))
        .setProperties({ by: 'target' })
        .commit()
      const ahead = await from
        .updateTable(await from.loadTable(b))
        .setProperties({ by: 'source' })
        .commit()

      const mixed = await importHere(['--namespace', 'states', '--json'])
      expect(mixed.code).toBe(1)
      expect(mixed.json).toMatchObject({
        tables: { newer: 1, conflict: 1 },
        problems: [
          {
            name: 'b',
            status: 'conflict',
            next: expect.stringContaining(`${ahead.metadataLocation} --overwrite`),
          },
        ],
      })
      const [, command = ''] = /run: headgate (.*)$/.exec(JSON.parse(mixed.out).problems[0].next) ?? []
      expect(await target.headgate([...command.split(' '), '--yes'])).toMatchObject({ code: 0 })
      expect(await importHere(['--namespace', 'states', '--json'])).toMatchObject({ code: 0 })

      await from
        .updateTable(await from.loadTable(a))
        .setProperties({ by: 'source' })
        .commit()
      const both = await importHere(['--namespace', 'states', '--move'])
      expect(both.code).toBe(1)
      expect(await from.tableExists(a)).toBe(true)
      expect(await from.tableExists(b)).toBe(false)
      expect(both.out).toContain(
        'table states.a: Both catalogs have this table, with different metadata files.',
      )
    },
  )

  it(
    'headgate import moves tables, and with --drop-views also views, after it has compared both catalogs',
    { timeout },
    async () => {
      const file = await createTable('t', ['moving'])
      const representations = [{ type: 'sql', dialect: 'spark', sql: 'SELECT 1' }]
      await from.createView({ namespace: ['moving'], name: 'v' }, { schema, representations })
      const dry = await importHere(['--namespace', 'moving', '--move', '--dry-run', '--json'])
      expect(dry).toMatchObject({ code: 0, err: '' })
      expect(await from.tableExists({ namespace: ['moving'], name: 't' })).toBe(true)

      const moved = await importHere(['--namespace', 'moving', '--move'])
      expect(moved).toMatchObject({ code: 0, err: '' })
      expect(moved.out).toMatch(/\ntables +1 registered, 1 dropped at the source by this run\n/)
      expect(await from.tableExists({ namespace: ['moving'], name: 't' })).toBe(false)
      expect(await from.viewExists({ namespace: ['moving'], name: 'v' })).toBe(true)
      expect((await into.loadTable({ namespace: ['moving'], name: 't' })).metadataLocation).toBe(file)
      expect(await readFile(new URL(file), 'utf8')).toContain('"format-version"')

      const again = await importHere(['--namespace', 'moving', '--move', '--drop-views', '--json'])
      expect(again.json).toMatchObject({ tables: { moved: 0 }, views: { present: 1, moved: 1 } })
      expect(await from.viewExists({ namespace: ['moving'], name: 'v' })).toBe(false)
      expect(await into.viewExists({ namespace: ['moving'], name: 'v' })).toBe(true)
    },
  )

  it(
    'headgate import reports a commit that the source accepts between the comparison and the drop',
    { timeout },
    async () => {
      await createTable('t', ['racing'])
      const t = { namespace: ['racing'], name: 't' }
      expect(await importHere(['--namespace', 'racing', '--source-read-only'])).toMatchObject({ code: 0 })
      let committed: string | undefined
      const loadTable: RestCatalog['loadTable'] = async (identifier, options) => {
        const loaded = await from.loadTable(identifier, options)
        const commit = await from
          .updateTable(await from.loadTable(t))
          .setProperties({ late: 'yes' })
          .commit()
        committed = String(commit.metadataLocation)
        return loaded
      }
      const racing = { role: 'source', url: source.url, catalog: { ...from, loadTable } } as const
      const sides = { source: racing, target: { role: 'target', url: target.url, catalog: into } as const }
      expect(await moveRelation({ ...sides, warehouse: 'shop' }, t, { kind: 'table' })).toMatchObject({
        status: 'conflict',
        reason: expect.stringContaining('The source no longer has the table, but its files remain.'),
        next: expect.stringContaining(`headgate table register shop/racing.t ${committed} --overwrite`),
      })
      expect(await readFile(new URL(String(committed)), 'utf8')).toContain('late')
    },
  )

  it(
    'headgate import does not drop a view that got a commit in the source, and does not suggest a command for tables',
    { timeout },
    async () => {
      const v = { namespace: ['racing-views'], name: 'v' }
      await from.createNamespace(v.namespace)
      const representations = [{ type: 'sql', dialect: 'spark', sql: 'SELECT 1' }]
      await from.createView(v, { schema, representations })
      expect(await importHere(['--namespace', 'racing-views', '--source-read-only'])).toMatchObject({
        code: 0,
      })
      await from
        .updateView(await from.loadView(v))
        .setProperties({ late: 'yes' })
        .commit()
      const sides = {
        source: { role: 'source', url: source.url, catalog: from },
        target: { role: 'target', url: target.url, catalog: into },
      } as const
      expect(await moveRelation({ ...sides, warehouse: 'shop' }, v, { kind: 'view' })).toEqual({
        status: 'conflict',
        reason: 'A commit was made in the source while the view was imported. The source still has the view.',
        next: 'Stop its writers, drop the view in the target, and run the import again.',
      })
      expect(await from.viewExists(v)).toBe(true)
    },
  )

  it(
    'a dry run of headgate import shows which rights and locations are missing, and the import then needs no other rights',
    { timeout },
    async () => {
      const location = await createTable('t', ['planned'])
      const importer = JSON.parse((await target.headgate(['principal', 'create', 'importer', '--json'])).out)
      const env = { HEADGATE_CREDENTIAL: `${importer.secret.clientId}:${importer.secret.clientSecret}` }
      const args = ['--namespace', 'planned', '--source-read-only']
      await target.headgate(['grant', 'give', 'use', '--on', 'warehouse:shop', '--to', 'principal:importer'])

      const without = await importHere([...args, '--dry-run', '--json'], env)
      expect(without.code).toBe(1)
      expect(without.json).toMatchObject({
        tables: { new: 1 },
        plan: [
          {
            place: {
              metadataLocation: location,
              files: 'missing',
              mayCreate: false,
              cover: { type: 'unknown' },
            },
          },
        ],
        steps: expect.arrayContaining([
          'headgate grant give create --on warehouse:shop --to principal:importer',
          'headgate grant give administer-storage --on warehouse:shop --to principal:importer',
        ]),
      })
      expect(await into.namespaceExists(['planned'])).toBe(false)

      // If the location is granted to the namespace, the privilege administer-storage is not needed.
      await target.headgate(['namespace', 'create', 'shop/planned'])
      await target.headgate(['namespace', 'grant-location', 'shop/planned', directory('old')])
      const grant = [
        'grant',
        'give',
        'create',
        '--on',
        'namespace:shop/planned',
        '--to',
        'principal:importer',
      ]
      expect(await target.headgate(grant)).toMatchObject({ code: 0 })
      const granted = await importHere([...args, '--dry-run'], env)
      expect(granted.code).toBe(0)
      expect(granted.out).toContain('granted location')
      expect(await importHere([...args, '--json'], env)).toMatchObject({ code: 0 })
      expect(await into.tableExists({ namespace: ['planned'], name: 't' })).toBe(true)
    },
  )

  it(
    'a dry run of headgate import shows which warehouse allows the location of the files',
    { timeout },
    async () => {
      await createTable('t', ['placed'])
      await target.headgate(['warehouse', 'create', 'narrow', directory('narrow')])
      const args = [
        'import',
        '--from',
        properties,
        '--namespace',
        'placed',
        '--dry-run',
        '--warehouse',
        'narrow',
      ]
      const elsewhere = await target.headgate(args)
      expect(elsewhere.code).toBe(1)
      expect(elsewhere.out).toContain('only warehouse shop')
      expect(elsewhere.out).toContain('with --warehouse shop')
      await target.headgate(['warehouse', 'update', 'shop', '--disallow', directory('old')])
      try {
        const nowhere = await target.headgate(args)
        expect(nowhere.out).toContain(`headgate warehouse update narrow --allow file://${directory('old')}/`)
      } finally {
        await target.headgate(['warehouse', 'update', 'shop', '--allow', directory('old')])
      }
    },
  )

  it(
    'headgate import reports refused tables with the reason, and imports all other tables',
    { timeout },
    async () => {
      await createTable('good', ['partly'])
      const bad = await createTable('bad', ['partly'])
      await writeFile(new URL(bad), 'not JSON')
      const result = await importHere(['--namespace', 'partly', '--json', '--verbose'])
      expect(result.code).toBe(1)
      expect(result.json).toMatchObject({
        tables: { registered: 1, failed: 1 },
        problems: [{ name: 'bad', status: 'failed', reason: expect.stringContaining('Target (400)') }],
      })
      expect(result.err).toContain('"name":"good","status":"registered"')
      const stopped = await importHere(['--namespace', 'partly', '--max-failures', '1'])
      expect(stopped).toMatchObject({
        code: 1,
        err: expect.stringContaining('The import was stopped, because 1 tables and views failed.'),
      })
    },
  )

  it(
    'headgate import writes the grants, owners and roles of a source as a document that headgate apply accepts',
    { timeout },
    async () => {
      await createTable('t', ['granted'])
      const setUp = [
        ['principal', 'create', 'etl'],
        ['principal', 'create', 'left'],
        ['principal', 'disable', 'left', '--yes'],
        ['role', 'create', 'readers'],
        ['role', 'create', 'nested'],
        ['role', 'add', 'readers', 'role:nested'],
        ['role', 'add', 'nested', 'principal:left'],
        ['grant', 'give', 'select', '--on', 'table:old/granted.t', '--to', 'role:readers'],
        ['grant', 'give', 'use', '--on', 'namespace:old/granted', '--to', 'principal:etl'],
        ['grant', 'give', 'use', '--on', 'namespace:old/granted', '--to', `group:${testIssuer}#data`],
        ['grant', 'give', 'modify', 'create', '--on', 'warehouse:old', '--to', 'principal:etl'],
      ]
      for (const args of setUp) expect(await source.headgate(args)).toMatchObject({ code: 0 })
      const file = join(source.directory, 'grants.yaml')
      const args = ['--namespace', 'granted', '--grants', file, '--source-read-only']
      const imported = await importHere(args)
      expect(imported).toMatchObject({
        code: 0,
        out: expect.stringContaining('Review it before headgate apply.'),
      })
      const written = await readFile(file, 'utf8')
      const [parsed] = parseDocuments(written, file)
      expect(parsed?.document).toMatchObject({
        principals: [{ name: 'admin' }, { name: 'etl' }, { name: 'left', enabled: false }],
        roles: [
          { name: 'nested', members: ['principal:left'] },
          { name: 'readers', members: ['role:nested'] },
        ],
      })
      expect(parsed?.document.grants).toEqual(
        expect.arrayContaining([
          {
            on: 'namespace:shop/granted',
            to: 'principal:admin',
            privileges: expect.arrayContaining(['manage']),
          },
          { on: 'namespace:shop/granted', to: 'principal:etl', privileges: ['create', 'modify', 'use'] },
          { on: 'namespace:shop/granted', to: `group:${testIssuer}#data`, privileges: ['use'] },
          { on: 'table:shop/granted.t', to: 'role:readers', privileges: ['select'] },
        ]),
      )
      expect(written).toContain('  # Its owner at the source.\n')
      expect(written).toContain('  # The target has a principal with this name, which gets these rights.\n')
      expect(await target.headgate(['apply', '-f', file])).toMatchObject({ code: 0 })
      const { json } = await target.headgate(['grant', 'list', 'role:readers', '--json'])
      expect(json).toMatchObject({ grants: [{ privilege: 'select', on: { relation: 't' } }] })
      const again = await target.headgate(['apply', '-f', file, '--dry-run', '--json'])
      expect(again).toMatchObject({ code: 0 })
    },
  )

  it(
    'headgate import writes the grants on tables before it drops the tables at the source',
    { timeout },
    async () => {
      await createTable('t', ['granted-moved'])
      const give = ['grant', 'give', 'select', '--on', 'table:old/granted-moved.t', '--to', 'principal:admin']
      expect(await source.headgate(give)).toMatchObject({ code: 0 })
      const file = join(source.directory, 'moved.yaml')
      const moved = await importHere(['--namespace', 'granted-moved', '--grants', file, '--move', '--json'])
      expect(moved).toMatchObject({ code: 0 })
      expect(moved.json).toMatchObject({ tables: { moved: 1 }, grants: { file, product: 'Headgate' } })
      expect(await from.tableExists({ namespace: ['granted-moved'], name: 't' })).toBe(false)
      const [parsed] = parseDocuments(await readFile(file, 'utf8'), file)
      expect(parsed?.document.grants).toContainEqual({
        on: 'table:shop/granted-moved.t',
        to: 'principal:admin',
        privileges: ['manage', 'select'],
      })
      const again = await importHere(['--namespace', 'granted-moved', '--grants', file, '--move'])
      expect(again).toMatchObject({ code: 2, err: expect.stringContaining('(EEXIST)') })
      expect(await readFile(file, 'utf8')).toContain('table:shop/granted-moved.t')
    },
  )

  it('headgate import writes no grant of objects that no principal owns', { timeout }, async () => {
    const file = join(source.directory, 'unowned.yaml')
    const args = ['--from-warehouse', 'lakehouse', '--namespace', 'nothing', '--grants', file]
    expect(await importHere(args)).toMatchObject({ code: 0 })
    expect(await readFile(file, 'utf8')).not.toContain('principal:server')
  })

  it(
    'headgate import writes names and messages of a source only as comments and quoted values',
    { timeout },
    async () => {
      const hostile = 'a\n$(touch x)\u001b[2J'
      const levels = ['$(touch y)']
      const to = { kind: 'role', id: 'i', name: hostile }
      const person = { kind: 'principal', id: 'p', name: hostile }
      const grant = { privilege: 'select', on: null, to, grantedAt: '2026-01-01T00:00:00Z' }
      const details = { id: 'n', namespace: levels, properties: {}, protected: false, ownerId: 'o' }
      const path = `/v1/namespaces/${encodeURIComponent(String(levels))}`
      const party = { id: 'p', issuer: 'headgate', subject: 's', name: 's', kind: 'service' }
      const identity = {
        principal: party,
        actors: [],
        method: 'token',
        obtainedBy: 'x',
        groups: [],
        roles: [],
      }
      const times = {
        authenticatedAt: null,
        expiresAt: null,
        sessionEndsAt: null,
        queryId: null,
        login: null,
      }
      const bodies: Readonly<Record<string, object>> = {
        '/v1/config': { defaults: {}, overrides: {} },
        '/v1/namespaces': { namespaces: [levels] },
        [path]: { namespace: levels, properties: {} },
        [`${path}/tables`]: { identifiers: [{ namespace: levels, name: hostile }] },
        '/management/v1/whoami': { ...identity, ...times, administrator: false, limits: null },
        '/management/v1/warehouses/lakehouse/namespace': { ...details, owner: hostile },
        '/management/v1/grants': { grants: [grant, { ...grant, to: person }], nextPageToken: null },
      }
      const refused = { error: { message: hostile, type: 'Refused', code: 403 } }
      await using server = await startHttpServer(({ target }, response) => {
        const { pathname, searchParams } = new URL(target, 'http://source')
        const body = searchParams.has('parent') ? undefined : bodies[pathname]
        response.writeHead(body === undefined ? 403 : 200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body ?? refused))
      })
      const file = join(source.directory, 'hostile.yaml')
      const args = ['import', '--from', server.url, '--warehouse', 'shop', '--grants', file]
      const { out, err } = await target.headgate(args, { terminal: '' })
      const shown = String.raw`a\u{a}$(touch x)\u{1b}[2J`
      expect(out).toContain(`Source (403): ${shown}`)
      const written = await readFile(file, 'utf8')
      expect(out + err + written).not.toContain('\u001b[2J')
      expect(written).toContain(`# The grants on warehouse:lakehouse could not be read: ${shown}\n`)
      expect(written).toContain(`may not read the principal ${shown} (p), so its name is not known.\n`)
      const [parsed] = parseDocuments(written, file)
      const on = 'namespace:shop/"$(touch y)"'
      expect(parsed?.document.grants).toEqual([
        { on, to: `principal:${hostile}`, privileges: ['manage'] },
        { on, to: `role:${hostile}`, privileges: ['select'] },
      ])
    },
  )

  it(
    'headgate import stops on SIGINT with a summary, and continues in the next run',
    { timeout },
    async () => {
      for (let index = 0; index < 30; index++) await createTable(`t${index}`, ['stopped'])
      const args = ['--namespace', 'stopped', '--parallel', '1', '--source-read-only', '--json']
      const importer = spawnSource(
        join(import.meta.dirname, '../src/main.ts'),
        ['import', '--from', properties, '--warehouse', 'shop', ...args, '--verbose'],
        { HEADGATE_URL: target.url, HEADGATE_DATA_DIR: join(target.directory, 'data') },
      )
      const { stdout, stderr } = importer
      if (stdout === null || stderr === null) throw new Error('the importer has no output')
      stderr.once('data', () => importer.kill('SIGINT'))
      const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(importer, 'exit')])
      expect(code).toBe(6)
      expect(err).toContain('The import was interrupted')
      const done = Number(JSON.parse(out).tables.registered)
      expect(done).toBeLessThan(30)
      expect((await importHere(args)).json).toMatchObject({
        tables: { present: done, registered: 30 - done },
      })
    },
  )

  it('headgate import shows a progress bar on a terminal', { timeout }, async () => {
    await createTable('t', ['shown'])
    const args = [
      'import',
      '--from',
      properties,
      '--warehouse',
      'shop',
      '--namespace',
      'shown',
      '--source-read-only',
    ]
    const result = await target.headgate(args, { terminal: '' })
    expect(result.err).toMatch(/\[#+-*\] 1 of 1 listed tables and views/)
  })

  it(
    'headgate import refuses a source that does not respond or an invalid option, and proposes the next step',
    { timeout },
    async () => {
      const from = async (...args: readonly string[]): Promise<RunResult> =>
        target.headgate(['import', '--warehouse', 'shop', ...args])
      expect(await from('--from', 'http://127.0.0.1:1')).toMatchObject({
        code: 3,
        err: expect.stringContaining('The source catalog at http://127.0.0.1:1 does not respond'),
      })
      expect(await from('--from', source.url)).toMatchObject({ code: 4 })
      expect(await from('--from', properties, '--from-warehouse', randomUUID())).toMatchObject({
        code: 1,
        err: expect.stringContaining('Check --from and --from-warehouse'),
      })
      expect(await from('--from', join(source.directory, 'missing'))).toMatchObject({ code: 2 })
      expect(await from('--from', properties, '--namespace', 'nothing')).toMatchObject({
        code: 0,
        err: expect.stringContaining('The import found no namespace'),
      })
      expect(await from('--from', properties, '--drop-views')).toMatchObject({ code: 2 })
      expect(await from('--from', properties, '--move', '--source-read-only')).toMatchObject({ code: 2 })
      expect(await from('--from', properties, '--parallel', '65')).toMatchObject({ code: 2 })
    },
  )
})
