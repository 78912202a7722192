import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Json } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planDocuments } from '../src/apply/plan/plan-documents.ts'
import { mergeDocuments } from '../src/apply/read/merge-documents.ts'
import { parseDocuments } from '../src/apply/read/parse-document.ts'
import { readDocuments } from '../src/apply/read/read-documents.ts'
import { runPlan } from '../src/apply/run/run-plan.ts'
import { checkAccess } from '../src/management/generated/access.ts'
import { createRole } from '../src/management/generated/roles.ts'
import { openSession, type Session } from '../src/session.ts'
import { type RunResult, type TestHeadgate, testHeadgate, testIssuer } from './headgate.ts'

const jwk = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid: 'k1',
}
const secret = randomBytes(32).toString('base64url')
const storageSecret = randomBytes(24).toString('base64')

/**
 * Document for `headgate apply` with every kind of object and credential. The test replaces `{folder}` by the folder
 * of the warehouses.
 */
const everything = `
version: 1
principals:
  - name: admin
  - name: etl
    secret: {file: etl.credential}
  - name: signer
    keys: [${JSON.stringify(jwk)}]
    federations: [{issuer: "${testIssuer}", subject: "system:serviceaccount:jobs:signer"}]
  - name: trino
    enabled: false
  - name: "${testIssuer}#u-1"
    displayName: Ann
  - name: "ldap#bob"
roles:
  - name: analysts
    members: ["principal:${testIssuer}#u-1", "principal:ldap#bob", "group:${testIssuer}#data team"]
  - name: engineers
    members: ["role:analysts", "principal:etl"]
warehouses:
  - name: lake
    owner: etl
    storage: {type: file, root: "file://{folder}/lake", bucket: lake, fileMode: "0640"}
    vending: {mode: gateway, lifetimeSeconds: 900}
    retentionSeconds: 86400
    defaults: {clients: "10"}
    overrides: {cache-enabled: "false"}
    protected: true
  - name: remote
    owner: server
    storage:
      type: s3
      bucket: remote
      prefix: tables
      endpoint: http://127.0.0.1:1
      region: eu-central-1
      store: minio
      accessKeyId: AKIDEXAMPLE
      secretAccessKey: {env: REMOTE_SECRET}
    allowedLocations: ["s3://landing/in"]
namespaces:
  - name: lake/sales
    owner: "${testIssuer}#u-1"
    properties: {team: emea}
    protected: true
  - name: 'lake/sales."2026.01"'
    owner: "ldap#bob"
  - name: remote/raw
    owner: server
    locations: ["s3a://landing/in/raw"]
engines:
  - principal: trino
    namesIssuer: ldap
    makesPrincipals: true
    unsignedSubjects: true
    subjects: [{issuer: ldap, pattern: "*", groups: []}]
    warehouses: [lake]
    privileges: [select, modify]
    firstCalls: deny
    tokenSeconds: 600
grants:
  - {on: "namespace:lake/sales", to: "role:analysts", privileges: [reader]}
  - {on: "warehouse:lake", to: "role:engineers", privileges: [writer]}
  - {on: "warehouse:lake", to: "group:${testIssuer}#data team", privileges: [use]}
  - {on: "warehouse:remote", to: "principal:${testIssuer}#u-1", privileges: [owner, administer-storage]}
  - {on: server, to: "principal:signer", privileges: [create]}
`

let folder: string
let one: TestHeadgate
let other: TestHeadgate

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-apply-'))
  const variables = { HEADGATE_FILE_ROOTS: `file://${folder}` }
  ;[one, other] = await Promise.all([testHeadgate(variables), testHeadgate(variables)])
  await writeFile(join(folder, 'etl.credential'), `etl:${secret}\n`)
  await document('everything', everything.replaceAll('{folder}', folder))
  // The first warehouse of each server is in a different directory, so an export of one server would not match the
  // other.
  for (const { headgate } of [one, other])
    expect(await headgate(['warehouse', 'delete', 'lakehouse', '--yes'])).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await Promise.all([one, other].map((server) => server[Symbol.asyncDispose]()))
  await rm(folder, { recursive: true, force: true })
})

async function document(name: string, text: string): Promise<string> {
  const file = join(folder, `${name}.yaml`)
  await writeFile(file, text)
  return file
}

function apply({ headgate }: TestHeadgate, file: string, ...args: readonly string[]): Promise<RunResult> {
  const env = {
    REMOTE_SECRET: storageSecret,
    CLIENT_SECRET_ETL: secret,
    STORAGE_SECRET_REMOTE: storageSecret,
  }
  return headgate(['apply', '-f', file, '--skip-probe', ...args], { env })
}

async function exported({ headgate }: TestHeadgate): Promise<string> {
  const { code, out } = await headgate(['export'])
  expect(code).toBe(0)
  return out
}

interface Applied {
  readonly items: readonly {
    readonly action: string
    readonly kind: string
    readonly name: string
    readonly changes: readonly Json[]
    readonly kept: readonly string[]
  }[]
  readonly summary: Readonly<Record<string, number>>
  readonly missingSecrets?: readonly string[]
}

const parsed = (result: RunResult): Applied => result.json as unknown as Applied

/** Returns the session that a command has with the credential of the administrator. */
function session({ url, directory }: TestHeadgate): Session {
  const env = { HEADGATE_DATA_DIR: join(directory, 'data') }
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  return openSession({ args: [], env, cwd: folder, stdin, stdout, stderr }, { url })
}

/** Returns, for each principal, object and privilege, the access decision of the server as a line of text. */
async function decisions(server: TestHeadgate): Promise<readonly string[]> {
  const on = [
    'server',
    { warehouse: 'lake' },
    { warehouse: 'lake', namespace: ['sales'] },
    { warehouse: 'lake', namespace: ['sales', '2026.01'] },
    { warehouse: 'remote' },
    { warehouse: 'remote', namespace: ['raw'] },
  ] as const
  const checks = ['admin', 'etl', 'signer', 'trino', `${testIssuer}#u-1`, 'ldap#bob'].flatMap((principal) =>
    on.flatMap((each) =>
      ['use', 'select', 'modify', 'create', 'manage', 'administer-storage'].map((privilege) => ({
        principal,
        privilege,
        on: each,
      })),
    ),
  )
  const { results } = (await checkAccess(session(server).client, { body: { checks } })).body
  return results.map(({ outcome }, index) => `${JSON.stringify(checks[index])} ${outcome}`)
}

describe('headgate apply and export', () => {
  it('headgate apply --dry-run changes nothing, and headgate apply then creates every object of a document', async () => {
    const file = join(folder, 'everything.yaml')
    const before = await exported(one)
    const plan = await apply(one, file, '--dry-run')
    expect(plan).toMatchObject({
      code: 0,
      err: expect.stringContaining('18 objects to create, 0 to change, 0 to delete, 1 without a change'),
    })
    expect(plan.out).toMatch(
      /^ACTION +KIND +NAME +CHANGES\nno change +principal +admin +-\ncreate +principal +etl +create; set secret\n/,
    )
    expect(await exported(one)).toBe(before)

    const applied = await apply(one, file)
    expect(applied).toMatchObject({
      code: 0,
      err: expect.stringContaining('18 objects were created or changed, 1 needed no change.\n'),
    })
    expect(applied.out).toMatch(/\ncreate +namespace +lake\/sales\."2026\.01" +done +create\n/)
    for (const { out, err } of [plan, applied])
      expect(out + err).not.toMatch(new RegExp(`${secret}|${storageSecret}`))
  })

  it('headgate apply changes nothing when it applies a document for the second time', async () => {
    const result = await apply(one, join(folder, 'everything.yaml'), '--json')
    expect(parsed(result)).toMatchObject({ items: [], summary: { create: 0, change: 0, unchanged: 19 } })
  })

  it('headgate export writes a document that changes nothing when it is applied', async () => {
    const text = await exported(one)
    expect(text).toContain('secret:\n      env: CLIENT_SECRET_ETL')
    expect(text).toContain('#   STORAGE_SECRET_REMOTE: secretAccessKey of the storage of warehouse remote')
    expect(text).not.toMatch(new RegExp(`${secret}|${storageSecret}`))
    const file = await document('exported', text)
    const planned = parsed(await apply(one, file, '--dry-run', '--json'))
    expect(planned.items.filter(({ action, kept }) => action !== 'none' || kept.length > 0)).toEqual([])
    expect(planned.summary['unchanged']).toBeGreaterThan(19)
    expect(planned.missingSecrets).toEqual([])

    const json = await one.headgate(['export', '--json', '--output', 'exported.json'])
    expect(json.code).toBe(0)
    const viaJson = await one.headgate(['apply', '-f', 'exported.json', '--json'])
    expect(parsed(viaJson).items).toEqual([])
    expect((await one.headgate(['apply', '-f', '-', '--json'], { terminal: text })).code).toBe(0)
  })

  it('headgate apply creates all objects of an export on an empty server, which then makes the same access decisions', async () => {
    const file = join(folder, 'exported.yaml')
    expect(await readFile(file, 'utf8')).toBe(await exported(one))
    const result = await apply(other, file)
    expect(result.err).not.toContain('error')
    expect(result.code).toBe(0)
    expect(await exported(other)).toBe(await exported(one))
    const [first, second] = [await decisions(one), await decisions(other)]
    expect(second).toEqual(first)
    expect(first.filter((each) => each.endsWith('allow')).length).toBeGreaterThan(40)
    expect(first.filter((each) => each.endsWith('hide')).length).toBeGreaterThan(40)
    for (const { headgate } of [one, other]) {
      const env = { HEADGATE_DATA_DIR: undefined, HEADGATE_CREDENTIAL: `etl:${secret}` }
      expect(await headgate(['token', '--json'], { env })).toMatchObject({ code: 0 })
    }
  })

  it('headgate apply changes only the settings that a document contains', async () => {
    const file = await document(
      'changes',
      `
version: 1
principals: [{name: trino, enabled: true}]
roles: [{name: engineers, members: ["principal:signer"]}]
warehouses:
  - {name: lake, owner: admin, retentionSeconds: 3600, defaults: {more: "1"}, protected: false}
  - name: remote
    storage: {type: s3, bucket: remote, prefix: /tables/, store: garage, accessKeyId: AKIDOTHER, secretAccessKey: {env: REMOTE_SECRET}}
    allowedLocations: ["s3://landing/in", "s3://landing/out"]
namespaces: [{name: lake/sales, properties: {team: apac, tier: gold}, protected: false}]
engines: [{principal: trino, privileges: [modify, select, create], viewChains: true}]
grants: [{on: "namespace:lake/sales", to: "role:analysts", privileges: [select, modify]}]
`,
    )
    const planned = parsed(await apply(one, file, '--dry-run', '--json'))
    expect(
      planned.items
        .filter(({ action }) => action !== 'keep')
        .map(({ action, name, changes, kept }) => [action, name, changes, kept]),
    ).toEqual([
      ['change', 'trino', ['enable'], []],
      [
        'change',
        'engineers',
        ['add member principal:signer'],
        ['member principal:etl', 'member role:analysts'],
      ],
      [
        'change',
        'lake',
        ['set retentionSeconds to 3600, set protected to false, set defaults.more to "1"'],
        ['defaults.clients', 'owner etl'],
      ],
      [
        'change',
        'remote',
        ['set storage.store to garage', 'set storage keys', 'add allowed location s3://landing/out'],
        [],
      ],
      ['change', 'lake/sales', ['set team to "apac", set tier to "gold"', 'unprotect'], []],
      ['change', 'trino', ['set privileges to ["modify","select","create"], set viewChains to true'], []],
      ['change', 'role:analysts on namespace:lake/sales', ['grant modify'], []],
    ])
    const applied = await apply(one, file)
    expect(applied).toMatchObject({ code: 0 })
    expect(applied.err).toContain('do not contain them: 4 settings')
    expect(parsed(await apply(one, file, '--json')).items).toEqual([])
    const text = await exported(one)
    for (const part of [
      'clients: "10"\n      more: "1"',
      'accessKeyId: AKIDOTHER',
      'store: garage',
      'tier: gold',
    ])
      expect(text).toContain(part)
    expect(await apply(one, join(folder, 'everything.yaml'))).toMatchObject({ code: 0 })
  })

  it('headgate apply removes only the kinds of entries that --prune names, after a confirmation', async () => {
    const text = `
version: 1
principals: [{name: etl}, {name: signer}]
roles: [{name: engineers, members: ["role:analysts"]}]
warehouses: [{name: lake}]
grants: [{on: "warehouse:lake", to: "role:engineers", privileges: [create]}]
`
    const file = await document('prune', text)
    await one.headgate(['principal', 'create', 'guest'])
    await one.headgate(['grant', 'give', 'use', '--on', 'warehouse:lake', '--to', 'principal:guest'])
    await one.headgate(['grant', 'give', 'use', '--on', 'warehouse:lake', '--to', 'principal:signer'])
    const asked = await apply(one, file, '--prune', 'members', 'grants')
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('Add --yes to confirm') })
    const planned = parsed(await apply(one, file, '--prune', 'members', 'grants', '--dry-run', '--json'))
    expect(planned.items.filter(({ changes }) => changes.length > 0)).toMatchObject([
      { name: 'engineers', changes: ['remove member principal:etl', 'remove member principal:signer'] },
      { action: 'change', name: 'role:engineers on warehouse:lake', changes: ['revoke modify'] },
      { action: 'delete', name: 'principal:signer on warehouse:lake', changes: ['revoke use'] },
    ])
    expect(await apply(one, file, '--prune', 'members', '--yes')).toMatchObject({ code: 0 })
    expect((await one.headgate(['role', 'members', 'engineers'])).out).not.toContain('etl')
    expect(await apply(one, file, '--prune', 'grants', '--yes')).toMatchObject({ code: 0 })
    const left = (await one.headgate(['grant', 'who', 'warehouse:lake'])).out
    expect(left).toContain('principal:guest')
    expect(left).toContain(`group:${testIssuer}#data team`)
    expect(left).not.toMatch(/principal:signer|modify/)
  })

  it('headgate export and apply keep restricted grants, and --prune removes only the form that the documents do not contain', async () => {
    const entry = (members: string): string =>
      `version: 1\nroles: [{name: eu}]\ngrants: [{on: "warehouse:lake", to: "role:eu", privileges: [select]${members}}]\n`
    const restricted = await document('restricted', entry(', rows: "region = \'eu\'", columns: [id, region]'))
    const who = async (): Promise<string> => (await one.headgate(['grant', 'who', 'warehouse:lake'])).out
    const form = "select where region = 'eu' (id, region)"
    expect(await apply(one, restricted)).toMatchObject({ code: 0 })
    expect(await who()).toContain(form)
    const again = parsed(await apply(one, restricted, '--dry-run', '--json'))
    expect(again.items.flatMap(({ changes }) => changes)).toEqual([])
    const exported = await one.headgate(['export'])
    expect(exported.out).toContain("rows: region = 'eu'")
    // The unrestricted grant is added to the restricted one, which only --prune removes.
    const open = await document('unrestricted', entry(''))
    expect(await apply(one, open)).toMatchObject({ code: 0 })
    expect(await who()).toContain(form)
    expect(await apply(one, restricted, '--prune', 'grants', '--yes')).toMatchObject({ code: 0 })
    expect(await who()).toMatch(/select where .* role:eu/)
    expect(await who()).not.toMatch(/select +warehouse:lake +role:eu/)
    expect(await apply(one, open, '--prune', 'grants', '--yes')).toMatchObject({ code: 0 })
    expect(await who()).toMatch(/select +warehouse:lake +role:eu/)
    expect(await who()).not.toContain(form)
  })

  it('headgate apply stops at the first refused change, reports the changes that it made, and continues in the next run', async () => {
    const text = (namesIssuer: string): string => `
version: 1
principals: [{name: spark}]
roles: [{name: late-role}]
engines: [{principal: spark, unsignedSubjects: true${namesIssuer}}]
grants: [{on: server, to: "role:late-role", privileges: [use]}]
`
    const refused = await apply(one, await document('refused', text('')), '--json')
    expect(refused.code).toBe(1)
    expect(parsed(refused).items).toMatchObject([
      { name: 'spark', changes: [{ change: 'create', state: 'done' }] },
      { name: 'late-role', changes: [{ state: 'done' }] },
      { kind: 'engine', changes: [{ state: 'failed' }] },
      { kind: 'grant', changes: [{ state: 'not-tried' }] },
    ])
    expect(refused.err).toContain(
      'engine spark, create: An engine that names its users without a token needs namesIssuer',
    )
    expect(refused.err).toContain(
      '2 changes were made, and 1 were not tried. Run the same command again for the remaining changes',
    )
    const later = parsed(await apply(one, await document('corrected', text(', namesIssuer: ldap')), '--json'))
    expect(later.items.map(({ kind }) => kind)).toEqual(['engine', 'grant'])
  })

  it('headgate apply disables a new principal before it sets its secret', async () => {
    const text = `
version: 1
principals:
  - {name: off, enabled: false, secret: {env: CLIENT_SECRET_ETL}}
`
    const refused = await apply(one, await document('disabled', text), '--json')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Another client already has') })
    expect((await one.headgate(['principal', 'show', 'off', '--json'])).json).toMatchObject({
      principal: { enabled: false },
    })
  })

  it('headgate apply reports the conflict when another client has created the same object after the plan', async () => {
    const file = await document('race', 'version: 1\nroles: [{name: raced}]\n')
    const opened = session(one)
    const desired = mergeDocuments(await readDocuments(opened.io, [file]))
    const { items } = await planDocuments(opened, desired, {
      prune: new Set(),
      skipMissingTables: false,
      skipProbe: false,
    })
    await createRole(opened.client, { body: { name: 'raced' } })
    const { failure } = await runPlan(items, () => undefined)
    expect(failure?.error).toMatchObject({
      message: 'A role with the name raced already exists.',
      refusal: { status: 409 },
    })
    expect(parsed(await apply(one, file, '--json')).items).toEqual([])
  })

  it('headgate apply accepts secrets only as references, and changes nothing if a secret is missing', async () => {
    const written = await document('secret', 'version: 1\nprincipals: [{name: leaked, secret: hunter2}]\n')
    const refused = await apply(one, written)
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('a document contains no secret') })
    expect(refused.err).not.toContain('hunter2')

    const text = `
version: 1
principals: [{name: absent, secret: {env: NOT_SET}}, {name: weak, secret: {env: WEAK_SECRET}}]
roles: [{name: not-made}]
`
    const file = await document('missing', text)
    const env = { WEAK_SECRET: secret }
    const planned = await one.headgate(['apply', '-f', file, '--dry-run', '--json'], { env })
    const missing = 'secret of principal absent: the environment variable NOT_SET is not set'
    expect(parsed(planned).missingSecrets).toEqual([missing])
    expect(await one.headgate(['apply', '-f', file], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining(missing),
    })
    const weak = await one.headgate(['apply', '-f', file], {
      env: { WEAK_SECRET: 'password', NOT_SET: secret },
    })
    expect(weak).toMatchObject({ code: 1, err: expect.stringContaining('43 characters') })
    expect(weak.err).not.toContain('password')
    expect((await one.headgate(['role', 'list'])).out).not.toContain('not-made')
  })

  it('headgate apply refuses documents that contradict the server before the first change', async () => {
    const text = `
version: 1
roles: [{name: never, members: ["principal:unknown-client"]}]
warehouses:
  - {name: lake, storage: {type: file, root: "file://${folder}/elsewhere"}}
  - {name: unknown}
namespaces: [{name: missing/a}, {name: lake/a.b}]
engines: [{principal: unknown-client}]
grants:
  - {on: "table:lake/sales.orders", to: "role:analysts", privileges: [select]}
  - {on: "warehouse:gone", to: "role:gone", privileges: [use]}
`
    const file = await document('contradictions', text)
    const result = await apply(one, file)
    expect(result.code).toBe(1)
    for (const problem of [
      `${file}:3: the member principal:unknown-client of role never does not exist`,
      `${file}:5: the storage of a warehouse does not change, and that of lake differs: root is`,
      `${file}:6: the warehouse unknown does not exist`,
      `${file}:7: the warehouse missing of namespace missing/a does not exist`,
      `${file}:7: the parent of namespace lake/a.b does not exist`,
      `${file}:8: the principal unknown-client of the engine does not exist`,
      `${file}:10: table:lake/sales.orders does not exist (create or register the table first`,
      `${file}:11: warehouse:gone does not exist`,
    ])
      expect(result.err).toContain(problem)
    expect((await one.headgate(['role', 'list'])).out).not.toContain('never')
  })

  it('headgate apply accepts namespaces and grants from a caller that manages only a warehouse', async () => {
    const credential = join(folder, 'manager.credential')
    await one.headgate(['principal', 'create', 'manager', '--output', credential])
    await one.headgate(['grant', 'give', 'owner', '--on', 'warehouse:lake', '--to', 'principal:manager'])
    const text = `
version: 1
namespaces: [{name: lake/managed, properties: {a: b}, protected: true}]
grants:
  - {on: "namespace:lake/managed", to: "role:analysts", privileges: [reader]}
  - {on: "namespace:lake/managed", to: "principal:etl", privileges: [writer]}
`
    const file = await document('managed', text)
    const env = { HEADGATE_CREDENTIAL_FILE: credential }
    const run = () => one.headgate(['apply', '-f', file, '--json'], { env })
    expect(parsed(await run()).items).toMatchObject([
      { action: 'create', kind: 'namespace', changes: [{ state: 'done' }, { state: 'done' }] },
      { action: 'create', kind: 'grant', changes: [{ state: 'done' }] },
      { action: 'create', kind: 'grant', changes: [{ state: 'done' }] },
    ])
    expect(parsed(await run()).items).toEqual([])
    const foreign = await document('foreign', 'version: 1\nroles: [{name: mine}]\n')
    const refused = await one.headgate(['apply', '-f', foreign], { env })
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('manage') })
    const part = await one.headgate(['export', '--only', 'warehouses', 'namespaces', '--json'], { env })
    expect(part.json).toMatchObject({
      warehouses: [{ name: 'lake' }],
      namespaces: expect.arrayContaining([
        { name: 'lake/managed', owner: 'manager', properties: { a: 'b' }, protected: true },
      ]),
    })
  })

  it('headgate apply skips grants on tables that do not exist if --skip-missing-tables is set', async () => {
    const grant = (on: string): string =>
      `version: 1\ngrants: [{on: "${on}", to: "role:analysts", privileges: [select]}]\n`
    const file = await document('tables', grant('table:lake/sales.orders'))
    const result = await apply(one, file, '--skip-missing-tables')
    expect(result).toMatchObject({
      code: 0,
      err: expect.stringContaining('the table or view does not exist'),
    })
  })

  it('headgate apply accepts the example documents and the documents of the how-to page', async () => {
    const examples = join(import.meta.dirname, '../../../examples/apply')
    await other.headgate(['warehouse', 'create', 'lakehouse', join(folder, 'lakehouse')])
    const env = {
      PIPELINE_SECRET: randomBytes(32).toString('base64url'),
      STORE_ACCESS_KEY_ID: 'A',
      STORE_SECRET_ACCESS_KEY: 'B',
    }
    const planned = await other.headgate(['apply', '-f', examples, '--dry-run', '--json'], { env })
    expect(parsed(planned)).toMatchObject({ summary: { create: 14, unchanged: 0 }, missingSecrets: [] })
    const roles = await apply(other, join(examples, 'roles.yaml'))
    expect(roles.err).toContain('6 objects were created')
    const text = await readFile(join(examples, 'warehouse.yaml'), 'utf8')
    const local = await document('local', text.replace('https://s3.example.com', 'http://127.0.0.1:2'))
    const warehouse = await other.headgate(['apply', '-f', local, '--skip-probe'], { env })
    expect(warehouse.err).toContain('8 objects were created')

    const page = await readFile(join(import.meta.dirname, '../../../docs/how-to/manage-as-code.md'), 'utf8')
    const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) =>
      parseDocuments(text, 'page'),
    )
    expect(blocks).toHaveLength(2)
  })

  it('headgate export writes only the chosen sections, and headgate apply applies all documents of a folder together', async () => {
    const roles = await one.headgate(['export', '--only', 'roles', '--json'])
    expect(Object.keys(roles.json as object)).toEqual(['version', 'roles'])
    const parts = await mkdtemp(join(folder, 'parts-'))
    await writeFile(
      join(parts, 'a.yaml'),
      'version: 1\nroles: [{name: part-a}]\n---\nversion: 1\nroles: [{name: part-b}]\n',
    )
    await writeFile(
      join(parts, 'b.json'),
      '{"version": 1, "grants": [{"on": "server", "to": "role:part-a", "privileges": ["use"]}]}',
    )
    await writeFile(join(parts, 'README.md'), 'not a document')
    expect(parsed(await apply(one, parts, '--json')).items.map(({ name }) => name)).toEqual([
      'part-a',
      'part-b',
      'role:part-a on server',
    ])
    await writeFile(join(parts, 'c.yaml'), 'version: 1\nroles: [{name: part-a}]\n')
    expect(await apply(one, parts)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/roles: part-a is at .*a\.yaml:2 and .*c\.yaml:2/),
    })
  })
})
