import { randomUUID } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RestCatalog } from '@headgate/iceberg/client'
import type { HttpTestServer } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocuments } from '../src/apply/read/parse-document.ts'
import type { Document } from '../src/apply/document/document.ts'
import { type Answer, fillCatalog, startFront } from './catalog-front.ts'
import { type RunResult, testHeadgate, type TestHeadgate } from './headgate.ts'

// The responses of the management APIs have the documented forms of these versions:
// Apache Polaris 1.7.0 (spec/polaris-management-service.yml), Lakekeeper 0.13.3 (docs/docs/api/management-open-api.yaml and
// rest-catalog-open-api.yaml), Unity Catalog 0.6.0 (api/all.yaml). The Iceberg REST API behind them is a Headgate server.

const timeout = 120_000
const issuer = 'https://idp.example/realms/a'

describe('headgate import --grants', () => {
  let source: TestHeadgate
  let target: TestHeadgate

  beforeAll(async () => {
    source = await testHeadgate()
    await source.headgate(['warehouse', 'create', 'old', join(source.directory, 'data/warehouses/old')])
    const credential = (await readFile(join(source.directory, 'data/admin-credential'), 'utf8')).trim()
    const properties = { ...authentication(), credential }
    await using catalog = await RestCatalog.connect({ uri: source.url, warehouse: 'old', properties })
    await fillCatalog(
      catalog,
      [
        ['sales', 'orders'],
        ['hr', 'staff'],
      ],
      ['sales', 'recent'],
    )
  }, timeout)
  afterAll(async () => await source?.[Symbol.asyncDispose]())

  /** Starts a target server for the tests of a group. Its warehouse allows the locations of the source's tables. */
  const useTarget = (): void => {
    beforeAll(async () => {
      target = await testHeadgate({
        HEADGATE_FILE_ROOTS: `file://${join(source.directory, 'data/warehouses')}`,
      })
      const [own, old] = ['shop', 'old'].map((name) => join(source.directory, 'data/warehouses', name))
      const args = ['warehouse', 'create', 'shop', String(own), '--allow', String(old)]
      expect(await target.headgate(args)).toMatchObject({ code: 0 })
    }, timeout)
    afterAll(async () => await target?.[Symbol.asyncDispose]())
  }

  const authentication = (): Record<string, string> => ({
    'rest.auth.type': 'oauth2',
    'rest.auth.oauth2.token-endpoint': `${source.url}/v1/oauth/tokens`,
    'rest.auth.oauth2.scope': 'catalog',
  })

  interface Imported {
    readonly run: RunResult
    /** Text of the file for review, or an empty text if the command wrote no file. */
    readonly text: string
    readonly document: Document
    readonly file: string
  }

  /** Imports from a catalog URL with --grants, and reads the file for review. */
  const importFrom = async (uri: string, args: readonly string[] = []): Promise<Imported> => {
    const credential = (await readFile(join(source.directory, 'data/admin-credential'), 'utf8')).trim()
    const properties = { uri, warehouse: 'old', ...authentication(), credential }
    const from = join(source.directory, 'front.properties')
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`)
    await writeFile(from, lines.join('\n'), { mode: 0o600 })
    const file = join(source.directory, `${randomUUID()}.yaml`)
    const run = await target.headgate([
      'import',
      '--from',
      from,
      '--warehouse',
      'shop',
      ...(args.includes('--move') ? [] : ['--source-read-only']),
      '--json',
      '--grants',
      file,
      ...args,
    ])
    const text = await readFile(file, 'utf8').catch(() => '')
    const [parsed] = text === '' ? [] : parseDocuments(text, file)
    expect(text).not.toContain(credential.split(':')[1])
    return { run, text, document: parsed?.document ?? { version: 1 }, file }
  }

  /** Applies a file for review and returns the grants in the warehouse, as lines of the form `privilege object grantee`. */
  const applyFile = async (file: string): Promise<readonly string[]> => {
    const applied = await target.headgate(['apply', '-f', file, '--skip-missing-tables'])
    expect(applied).toMatchObject({ code: 0 })
    const { document } = await exportTarget()
    return (document.grants ?? [])
      .filter(({ on }) => on.includes(':shop'))
      .flatMap(({ on, to, privileges }) => privileges.map((each) => `${each} ${on} ${to}`))
      .filter((line) => !line.startsWith('administer-storage '))
      .toSorted()
  }

  const exportTarget = async (): Promise<{ readonly document: Document }> => {
    const { out } = await target.headgate(['export'])
    const [parsed] = parseDocuments(out, 'export')
    if (parsed === undefined) throw new Error('unreachable')
    return parsed
  }

  describe('from Polaris', () => {
    useTarget()
    const role = (name: string, more: object = {}): object => ({
      name,
      properties: {},
      entityVersion: 1,
      ...more,
    })
    const documents: Readonly<Record<string, Answer>> = {
      '/catalogs/old/catalog-roles': { roles: [role('catalog_admin'), role('reader'), role('loader')] },
      '/catalogs/old/catalog-roles/catalog_admin/grants': {
        grants: [
          { type: 'catalog', privilege: 'CATALOG_MANAGE_ACCESS' },
          { type: 'catalog', privilege: 'CATALOG_MANAGE_CONTENT' },
        ],
      },
      '/catalogs/old/catalog-roles/catalog_admin/principal-roles': { roles: [role('platform')] },
      '/catalogs/old/catalog-roles/reader/grants': {
        grants: [
          { type: 'namespace', namespace: ['sales'], privilege: 'TABLE_READ_DATA' },
          { type: 'namespace', namespace: ['sales'], privilege: 'POLICY_READ' },
          { type: 'table', namespace: ['hr'], tableName: 'staff', privilege: 'TABLE_READ_PROPERTIES' },
          { type: 'view', namespace: ['sales'], viewName: 'recent', privilege: 'VIEW_READ_PROPERTIES' },
          { type: 'namespace', namespace: ['elsewhere'], privilege: 'TABLE_READ_DATA' },
        ],
      },
      '/catalogs/old/catalog-roles/reader/principal-roles': {
        roles: [role('analysts', { federated: true }), role('administrators')],
      },
      '/catalogs/old/catalog-roles/loader/grants': {
        grants: [
          { type: 'table', namespace: ['sales'], tableName: 'orders', privilege: 'TABLE_WRITE_DATA' },
          { type: 'table', namespace: ['sales'], tableName: 'orders', privilege: 'TABLE_DROP' },
        ],
      },
      '/catalogs/old/catalog-roles/loader/principal-roles': { roles: [role('platform')] },
      '/principal-roles/platform/principals': {
        principals: [{ name: 'polaris-etl', clientId: 'polaris-client-id-1', properties: {} }],
      },
      '/principal-roles/analysts/principals': { principals: [] },
      '/principal-roles/administrators/principals': {
        principals: [{ name: 'https://idp.example#root' }],
      },
    }

    const front = (answers: Readonly<Record<string, Answer>>): Promise<HttpTestServer> => {
      const base = '/api/management/v1'
      return startFront({
        catalog: source.url,
        path: '/api/catalog',
        answer: (path) => (path.startsWith(base) ? answers[path.slice(base.length)] : undefined),
      })
    }

    it(
      'headgate import --grants writes roles, principals and grants of Polaris that headgate apply accepts',
      { timeout },
      async () => {
        await using polaris = await front(documents)
        const { run, text, document, file } = await importFrom(`${polaris.url}/api/catalog`)
        expect(run).toMatchObject({ code: 0 })
        expect(run.json).toMatchObject({
          grants: { file, product: 'Polaris', principals: 2, roles: 6, grants: 5, leftOut: 0 },
        })
        expect((await stat(file)).mode & 0o777).toBe(0o600)
        expect(document.grants).toEqual([
          { on: 'warehouse:shop', to: 'role:old.catalog_admin', privileges: ['manage'] },
          { on: 'table:shop/hr.staff', to: 'role:old.reader', privileges: ['use'] },
          { on: 'namespace:shop/sales', to: 'role:old.reader', privileges: ['select'] },
          { on: 'table:shop/sales.orders', to: 'role:old.loader', privileges: ['modify'] },
          { on: 'table:shop/sales.recent', to: 'role:old.reader', privileges: ['select'] },
        ])
        expect(text).toContain('# Without a counterpart: POLICY_READ.')
        expect(text).toContain(
          '# Narrower: without dropping and renaming tables. This needs "manage", which also allows granting rights.',
        )
        expect(text).toContain(
          '# Narrower: without reading table metadata. This needs "select", which also allows reading table data.',
        )
        expect(text).toContain('An identity provider manages its members.')
        expect(text).toContain('# Grants on objects that this import did not visit, or on policies: 1.')
        expect(text).not.toContain('polaris-client-id-1')
        expect(await applyFile(file)).toEqual([
          'manage warehouse:shop role:old.catalog_admin',
          'modify table:shop/sales.orders role:old.loader',
          'select namespace:shop/sales role:old.reader',
          'select table:shop/sales.recent role:old.reader',
          'use table:shop/hr.staff role:old.reader',
        ])
        const { document: exported } = await exportTarget()
        const names = (exported.roles ?? []).map(({ name, members }) => [name, members])
        expect(names).toContainEqual(['old.catalog_admin', ['role:platform']])
        expect(names).toContainEqual(['platform', ['principal:polaris-etl']])
      },
    )

    it(
      'headgate import --grants adds no member to the role of the administrators of the target, and writes no user of another issuer',
      { timeout },
      async () => {
        await using polaris = await front(documents)
        const { document } = await importFrom(`${polaris.url}/api/catalog`)
        const role = document.roles?.find(({ name }) => name.startsWith('administrators'))
        expect(role?.name).toMatch(/^administrators-[0-9a-f]{12}$/)
        expect(role?.members).toEqual([
          expect.stringMatching(/^principal:https-idp\.example-root-[0-9a-f]{12}$/),
        ])
      },
    )

    it(
      'headgate import --grants converts rights on the catalog to rights on the imported namespaces, if the import is partial',
      { timeout },
      async () => {
        await using polaris = await front(documents)
        const { document, text } = await importFrom(`${polaris.url}/api/catalog`, ['--namespace', 'hr'])
        expect(document.grants).toEqual([
          { on: 'namespace:shop/hr', to: 'role:old.catalog_admin', privileges: ['manage'] },
          { on: 'table:shop/hr.staff', to: 'role:old.reader', privileges: ['use'] },
        ])
        expect(text).toContain(
          '# Rights on the whole warehouse are granted on each outermost imported namespace',
        )
      },
    )

    it(
      'headgate import --grants writes comments about members and roles that could not be read',
      { timeout },
      async () => {
        const refusal = [
          403,
          { error: { message: 'not allowed\n# x', type: 'ForbiddenException', code: 403 } },
        ] as const
        await using polaris = await front({
          ...documents,
          '/principal-roles/platform/principals': refusal,
          '/catalogs/old/catalog-roles/loader/grants': refusal,
        })
        const { run, text, document } = await importFrom(`${polaris.url}/api/catalog`)
        expect(run).toMatchObject({ code: 0 })
        expect(text).toContain(
          '# The members of the principal role platform could not be read: not allowed\\u{a}# x, status 403.\n',
        )
        expect(text).toContain('# The catalog role loader is not included')
        expect(document.roles?.find(({ name }) => name === 'platform')).toEqual({ name: 'platform' })
      },
    )

    it(
      'headgate import --grants imports the tables and states why it wrote no file, if the credential may not list roles in Polaris',
      { timeout },
      async () => {
        const refusal = [403, { error: { message: 'no', type: 'ForbiddenException', code: 403 } }] as const
        await using polaris = await front({ '/catalogs/old/catalog-roles': refusal })
        const { run, text } = await importFrom(`${polaris.url}/api/catalog`)
        expect(text).toBe('')
        expect(run).toMatchObject({ code: 0 })
        expect(run.json).toMatchObject({
          tablesInBothCatalogs: 2,
          grants: { reason: expect.stringContaining('needs CATALOG_MANAGE_ACCESS') },
        })
      },
    )

    it(
      'headgate import --grants refuses a response of Polaris that does not have the documented form',
      { timeout },
      async () => {
        await using polaris = await front({
          ...documents,
          '/catalogs/old/catalog-roles/reader/grants': { grants: [{ type: 'namespace', privilege: 7 }] },
        })
        const { run, text } = await importFrom(`${polaris.url}/api/catalog`)
        expect(text).toBe('')
        expect(run.code).toBe(3)
        expect(run.json).toMatchObject({ tablesInBothCatalogs: 2 })
        expect(run.err).toContain(
          'The response of the source to GET /api/management/v1/catalogs/old/catalog-roles/reader/grants is not of the documented form (at grants.0.privilege).',
        )
      },
    )
  })

  describe('from Lakekeeper', () => {
    useTarget()
    const warehouseId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
    const ids: Readonly<Record<string, string>> = {
      sales: '018f0000-0000-7000-8000-000000000001',
      hr: '018f0000-0000-7000-8000-000000000002',
      orders: '018f0000-0000-7000-8000-000000000011',
      staff: '018f0000-0000-7000-8000-000000000012',
      recent: '018f0000-0000-7000-8000-000000000013',
    }
    const [teamRole, providerRole] = [
      '018f0000-0000-7000-8000-0000000000a1',
      '018f0000-0000-7000-8000-0000000000a2',
    ]
    const assignments = (...list: readonly object[]): object => ({ assignments: list })
    const user = (name: string, id: string): object => ({
      id,
      name,
      email: `${name}@example.com`,
      'user-type': 'human',
      'last-updated-with': 'create-endpoint',
      'created-at': '2026-01-01T00:00:00Z',
    })
    const lakekeeperRole = (id: string, name: string, provider: string): object => ({
      id,
      name,
      'project-id': 'p-1',
      'provider-id': provider,
      'source-id': name,
      ident: `${provider}~${name}`,
      'created-at': '2026-01-01T00:00:00Z',
    })
    const list = (namespace: string, ...names: readonly string[]): object => ({
      identifiers: names.map((name) => ({ namespace: [namespace], name })),
      'table-uuids': names.map((name) => ids[name]),
    })

    const permissions = `/permissions/warehouse/${warehouseId}`
    const documents: Readonly<Record<string, Answer>> = {
      '/management/v1/info': { 'authz-backend': 'openfga', version: '0.13.3', bootstrapped: true },
      [`/management/v1/warehouse/${warehouseId}`]: { id: warehouseId, name: 'old', 'project-id': 'p-1' },
      '/management/v1/permissions/project/p-1/assignments': assignments(
        { type: 'data_admin', user: 'oidc~dan' },
        { type: 'role_creator', user: 'oidc~dan' },
      ),
      [`/management/v1${permissions}/assignments`]: assignments(
        { type: 'ownership', user: 'oidc~ann' },
        { type: 'select', role: teamRole },
      ),
      [`/management/v1/permissions/namespace/${ids['sales']}`]: {
        'managed-access': true,
        'managed-access-inherited': true,
      },
      [`/management/v1/permissions/namespace/${ids['hr']}`]: {
        'managed-access': false,
        'managed-access-inherited': false,
      },
      [`/management/v1/permissions/namespace/${ids['sales']}/assignments`]: assignments({
        type: 'modify',
        role: providerRole,
      }),
      [`/management/v1/permissions/namespace/${ids['hr']}/assignments`]: assignments(
        { type: 'describe', user: 'kubernetes~job' },
        { type: 'manage_grants', user: 'oidc~dan' },
      ),
      [`/management/v1${permissions}/table/${ids['orders']}/assignments`]: assignments({
        type: 'ownership',
        user: 'oidc~dan',
      }),
      [`/management/v1${permissions}/table/${ids['staff']}/assignments`]: assignments(
        { type: 'ownership', user: 'oidc~dan' },
        { type: 'pass_grants', user: 'oidc~dan' },
      ),
      [`/management/v1${permissions}/view/${ids['recent']}/assignments`]: assignments({
        type: 'describe',
        user: 'oidc~dan',
      }),
      [`/management/v1/role/${teamRole}`]: lakekeeperRole(teamRole, 'team', 'lakekeeper'),
      [`/management/v1/role/${providerRole}`]: lakekeeperRole(providerRole, 'team', 'okta'),
      [`/management/v1/permissions/role/${teamRole}/assignments`]: assignments(
        { type: 'ownership', user: 'oidc~ann' },
        { type: 'assignee', role: providerRole },
      ),
      [`/management/v1/permissions/role/${providerRole}/assignments`]: assignments({
        type: 'assignee',
        role: teamRole,
      }),
      '/management/v1/user/oidc~ann': user('ann', 'oidc~ann'),
      '/management/v1/user/oidc~dan': user('dan', 'oidc~dan'),
    }

    const front = (answers: Readonly<Record<string, Answer>> = documents): Promise<HttpTestServer> => {
      const api = `/catalog/v1/${warehouseId}`
      return startFront({
        catalog: source.url,
        path: '/catalog',
        forward: (path) => path.replace(warehouseId, 'old'),
        answer: (path, query) => {
          if (path === '/catalog/v1/config') return { defaults: { prefix: warehouseId }, overrides: {} }
          const [, namespace = ''] = /\/namespaces\/(sales|hr)$/.exec(path) ?? []
          if (path.startsWith(api) && query.get('returnUuid') === 'true')
            return { namespace: [namespace], properties: {}, 'namespace-uuid': ids[namespace] }
          if (!path.startsWith(api) || query.get('returnUuids') !== 'true') return answers[path]
          if (path.endsWith('/sales/tables')) return list('sales', 'orders')
          if (path.endsWith('/sales/views')) {
            return query.get('pageToken') === 'next'
              ? list('sales', 'recent')
              : { ...list('sales'), 'next-page-token': 'next' }
          }
          return list('hr', ...(path.endsWith('/tables') ? ['staff'] : []))
        },
      })
    }

    it(
      'headgate import --grants writes users of the named issuer, roles and grants of Lakekeeper that headgate apply accepts',
      { timeout },
      async () => {
        await using lakekeeper = await front()
        const { run, text, document } = await importFrom(`${lakekeeper.url}/catalog`, [
          '--grants-issuer',
          issuer,
        ])
        expect(run).toMatchObject({ code: 0 })
        expect(document.principals).toEqual([{ name: `${issuer}#ann` }, { name: `${issuer}#dan` }])
        const team = document.roles?.find(({ members = [] }) => members.includes(`principal:${issuer}#ann`))
        const other = document.roles?.find(({ name }) => /^team-[0-9a-f]{12}$/.test(name))?.name
        expect(team?.name).toBe('team')
        expect(team?.members).toContain(`role:${other}`)
        const [ann, dan] = ['ann', 'dan'].map((name) => `principal:${issuer}#${name}`)
        expect(document.grants).toEqual([
          { on: 'warehouse:shop', to: ann, privileges: ['manage'] },
          { on: 'warehouse:shop', to: dan, privileges: ['modify', 'create'] },
          { on: 'warehouse:shop', to: 'role:team', privileges: ['select'] },
          {
            on: 'namespace:shop/hr',
            to: expect.stringMatching(/^role:user-kubernetes-job-/),
            privileges: ['use'],
          },
          { on: 'table:shop/hr.staff', to: dan, privileges: ['manage'] },
          { on: 'namespace:shop/sales', to: `role:${other}`, privileges: ['modify'] },
          { on: 'table:shop/sales.orders', to: dan, privileges: ['modify'] },
          { on: 'table:shop/sales.recent', to: dan, privileges: ['select'] },
        ])
        expect(text).toContain('# Source: data_admin on the project.')
        expect(text).toContain('# Left out: granting rights. This needs "manage", which also allows ')
        expect(text).toContain('# The provider okta manages its members.')
        expect(text).toContain('# Without the member role:team, which contains this role')
        expect(text).toContain('# Without a counterpart: pass_grants.')
      },
    )

    it(
      'headgate import --grants writes a role without members in place of each user whose issuer is not known',
      { timeout },
      async () => {
        await using lakekeeper = await front({
          ...documents,
          [`/management/v1/permissions/role/${providerRole}/assignments`]: assignments(),
        })
        const { document, text, file } = await importFrom(`${lakekeeper.url}/catalog`)
        expect(document.principals).toBeUndefined()
        const standIn = document.roles?.find(({ name }) => name.startsWith('user-oidc-ann-'))
        expect(standIn).toEqual({ name: expect.stringMatching(/^user-oidc-ann-[0-9a-f]{12}$/) })
        expect(text).toContain(
          '# This role replaces the user oidc~ann (ann, ann@example.com, human). Add the user as a member',
        )
        const granted = await applyFile(file)
        expect(granted).toContain(`manage warehouse:shop role:${standIn?.name}`)
        expect(granted).toHaveLength(9)
      },
    )

    it(
      'headgate import --grants states that it can read only grants of the authorizer OpenFGA in Lakekeeper',
      { timeout },
      async () => {
        await using lakekeeper = await front({ '/management/v1/info': { 'authz-backend': 'allow-all' } })
        const { run, text } = await importFrom(`${lakekeeper.url}/catalog`)
        expect(text).toBe('')
        expect(run.json).toMatchObject({
          grants: { reason: expect.stringContaining('decides with "allow-all"') },
        })
      },
    )
  })

  describe('from Unity Catalog', () => {
    useTarget()
    const base = '/api/2.1/unity-catalog'
    const permissions = (list: Readonly<Record<string, readonly string[]>>): object => ({
      privilege_assignments: Object.entries(list).map(([principal, privileges]) => ({
        principal,
        privileges,
      })),
    })
    const documents: Readonly<Record<string, Answer>> = {
      '/permissions/metastore/metastore': permissions({ 'ops@example.com': ['CREATE CATALOG'] }),
      '/permissions/catalog/old': permissions({
        'ann@example.com': ['USE CATALOG'],
        'bob@example.com': ['USE CATALOG', 'USE SCHEMA', 'SELECT', 'CREATE VOLUME'],
      }),
      '/catalogs/old': { name: 'old', owner: 'admin@example.com' },
      '/permissions/schema/old.sales': permissions({ 'ann@example.com': ['USE SCHEMA', 'CREATE TABLE'] }),
      '/schemas/old.sales': { name: 'sales', catalog_name: 'old', owner: 'admin@example.com' },
      '/permissions/schema/old.hr': permissions({}),
      '/schemas/old.hr': { name: 'hr', catalog_name: 'old' },
      '/permissions/table/old.sales.orders': permissions({ 'ann@example.com': ['SELECT', 'MODIFY'] }),
      '/tables/old.sales.orders': { name: 'orders', owner: 'ann@example.com' },
      '/permissions/table/old.hr.staff': permissions({ 'ann@example.com': ['SELECT'] }),
      '/tables/old.hr.staff': { name: 'staff' },
    }

    it(
      'headgate import --grants writes a role for each user of Unity Catalog, with the rights that have an effect',
      { timeout },
      async () => {
        await using unity = await startFront({
          catalog: source.url,
          path: `${base}/iceberg`,
          answer: (path) =>
            path.startsWith(`${base}/iceberg`) ? undefined : documents[path.slice(base.length)],
        })
        const { run, text, document, file } = await importFrom(`${unity.url}${base}/iceberg`)
        expect(run).toMatchObject({ code: 0 })
        expect(document.roles).toEqual(
          ['admin', 'ann', 'bob', 'ops'].map((name) => ({ name: `user-${name}@example.com` })),
        )
        expect(document.grants).toEqual([
          { on: 'warehouse:shop', to: 'role:user-admin@example.com', privileges: ['create'] },
          { on: 'warehouse:shop', to: 'role:user-bob@example.com', privileges: ['select'] },
          { on: 'namespace:shop/sales', to: 'role:user-admin@example.com', privileges: ['create'] },
          { on: 'namespace:shop/sales', to: 'role:user-ann@example.com', privileges: ['create'] },
          { on: 'table:shop/sales.orders', to: 'role:user-ann@example.com', privileges: ['manage'] },
        ])
        expect(text).toContain(
          '# Left out: The user lacks USE SCHEMA, so the right has no effect on the whole table.',
        )
        expect(text).toContain('# - {on: "table:shop/hr.staff"')
        expect(text).toContain('# Without a counterpart: CREATE VOLUME.')
        // The API of Unity Catalog shows no permissions on the view, which exists only behind the test server.
        expect(text).toContain(
          '# The grants on table sales.recent could not be read: no such path, status 404.',
        )
        expect(await applyFile(file)).toHaveLength(5)
      },
    )
  })

  describe('from other sources', () => {
    useTarget()

    it(
      'headgate import --grants imports the tables of a source without a known management API, and states that its grants cannot be read',
      { timeout },
      async () => {
        await using plain = await startFront({
          catalog: source.url,
          path: '/iceberg',
          answer: () => undefined,
        })
        const { run, text } = await importFrom(`${plain.url}/iceberg`)
        expect(text).toBe('')
        expect(run).toMatchObject({ code: 0 })
        expect(run.json).toMatchObject({
          tablesInBothCatalogs: 2,
          grants: { reason: expect.stringContaining('has no management API that this command knows') },
        })
      },
    )

    it('headgate import --grants moves no table if the grants cannot be written', { timeout }, async () => {
      await using plain = await startFront({ catalog: source.url, path: '/iceberg', answer: () => undefined })
      const { run } = await importFrom(`${plain.url}/iceberg`, ['--move'])
      expect(run).toMatchObject({
        code: 1,
        err: expect.stringContaining('Nothing was moved, because the grants were not written. The source at'),
      })
      const { json } = await source.headgate(['table', 'list', 'sales', '--warehouse', 'old', '--json'])
      expect(JSON.stringify(json)).toContain('orders')
    })

    it('headgate import --grants refuses --grants-issuer without --grants, and an issuer with a number sign', async () => {
      const args = ['import', '--from', source.url, '--warehouse', 'old', '--grants-issuer']
      expect(await target.headgate([...args, issuer])).toMatchObject({ code: 2 })
      expect(await target.headgate([...args, 'a#b', '--grants', 'x.yaml'])).toMatchObject({ code: 2 })
    })
  })
})
