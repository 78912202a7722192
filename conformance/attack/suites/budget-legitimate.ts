import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import { type HeaderPair, sha256, signInHeader } from '../../refresh/s3-signature.ts'
import { createBody } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import type { Fixture } from '../fixture.ts'
import { operatorIn, withoutOperator as unavailable } from '../operator.ts'
import type { Random } from '../random.ts'
import { budget } from '../server-settings.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const MiB = 1024 * 1024

interface LargeRequest {
  readonly about: string
  readonly path: string
  readonly body: object
  /** Path of the catalog object that the request creates and the case deletes, or undefined. */
  readonly made: string | undefined
}

/** Returns a legitimate request of Mallory that almost reaches a limit of the server. */
function largeRequest(fixture: Fixture, random: Random): LargeRequest {
  const { as, namespace, own } = fixture
  const { mallory } = as
  const name = `bl${fixture.count()}`
  const tables = `${namespacePath(mallory, namespace)}/tables`
  const table = tablePath(mallory, namespace, own.name)
  const drop = `${tablePath(mallory, namespace, name)}?purgeRequested=true`
  const many = Object.fromEntries(
    Array.from({ length: budget.values - 100 }, (_, i) => [`k${i}`, `${random.int(10)}`]),
  )
  const identifier = { namespace, name: own.name }
  const set = { action: 'set-properties', updates: { pad: 'x'.repeat(200_000 + random.int(200_000)) } }
  const unset = { action: 'remove-properties', removals: ['pad'] }
  const change = { requirements: [], updates: [set, unset] }
  const report = {
    'report-type': 'scan-report',
    'table-name': 'n.t',
    'snapshot-id': 1,
    'schema-id': 0,
    filter: true,
    'projected-field-ids': [1],
    'projected-field-names': ['x'.repeat(200_000)],
    metrics: {},
  }
  return random.pick<LargeRequest>([
    {
      about: 'a table with almost the maximum number of values',
      path: tables,
      body: createBody(name, { properties: many }),
      made: drop,
    },
    {
      about: 'a table of almost the maximum size',
      path: tables,
      body: createBody(name, { properties: { pad: 'x'.repeat(budget.bytes - 10_000) } }),
      made: drop,
    },
    {
      about: 'a namespace of almost a megabyte',
      path: `${mallory.root}namespaces`,
      body: { namespace: [name], properties: { pad: 'x'.repeat(MiB - 10_000) } },
      made: namespacePath(mallory, [name]),
    },
    { about: 'a large commit', path: table, body: change, made: undefined },
    {
      about: 'a large transaction',
      path: `${mallory.root}transactions/commit`,
      body: { 'table-changes': [{ identifier, ...change }] },
      made: undefined,
    },
    { about: 'a large report', path: `${table}/metrics`, body: report, made: undefined },
  ])
}

async function large(fixture: Fixture, random: Random): Promise<Evidence> {
  const { origin, people } = operatorIn(fixture)
  const { about, path, body, made } = largeRequest(fixture, random)
  const text = JSON.stringify(body)
  const isCompressed = random.chance(0.3)
  const bytes = isCompressed ? gzipSync(text) : Buffer.from(text)
  const headers = Object.entries({
    host: new URL(origin).host,
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    ...people.mallory,
  })
  const { status, text: response } = await sendRaw(origin, 'POST', `/${path}`, headers, bytes)
  const seen: Seen[] = [{ status, text: response }]
  if (made !== undefined) {
    const deleted = await fixture.as.mallory.send('DELETE', made)
    seen.push({ status: deleted.status, text: deleted.text })
  }
  return { what: `${about}, ${text.length} bytes${isCompressed ? ' compressed' : ''}`, seen }
}

/**
 * Deletes the maximum number of keys that S3 allows in one DeleteObjects request, with additional members for each
 * key.
 */
async function longList(fixture: Fixture): Promise<Evidence> {
  const { keys, own, bucket } = fixture
  if (keys === undefined) throw new Error('the server issued no storage keys')
  const key = `${own.location.slice(`s3://${bucket}/`.length)}/data/listed`
  const objects = Array.from(
    { length: 1_000 },
    (_, i) => `<Object><Key>${key}-${i}</Key>${'<VersionId>null</VersionId>'.repeat(4)}</Object>`,
  )
  const body = `<Delete>${objects.join('')}</Delete>`
  const target = `/${bucket}?delete=`
  const { endpoint, region } = keys.mallory
  const requestHeaders: HeaderPair[] = [
    ['host', new URL(endpoint).host],
    ['content-length', String(body.length)],
    ['content-md5', createHash('md5').update(body).digest('base64')],
  ]
  const draft = { method: 'POST', target, headers: requestHeaders, payloadHash: sha256(body) }
  const { headers } = signInHeader(draft, keys.mallory, { region })
  const { status, text } = await sendRaw(endpoint, 'POST', target, headers, body)
  const isDone = (text.match(/<Deleted>/g) ?? []).length === 1_000
  return {
    what: `DeleteObjects of 1000 keys in ${body.length} bytes`,
    seen: [isDone ? { status, text: '' } : { status: 404, text: text.slice(0, 200) }],
  }
}

export const budgetLegitimate: readonly AttackSuite[] = [
  {
    name: 'budget-legitimate',
    modes,
    makesTables: true,
    weight: 0.2,
    legitimate: true,
    unavailable,
    attack: large,
  },
  {
    name: 'document-legitimate',
    modes: ['gateway'],
    weight: 0.1,
    legitimate: true,
    unavailable,
    attack: (fixture) => longList(fixture),
  },
]
