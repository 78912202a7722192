import type { Random } from '../attack/random.ts'
import { manifestName, manifestOf, stageManifest, writeObject } from '../lance/stage-manifest.ts'
import { specification } from '../lance/specification.ts'
import type { WireRequest, WireResponse } from '../lance/wire.ts'
import type { Fixture } from './fixture.ts'

/** Attack of one kind. Each case is generated from random numbers. */
export interface Suite {
  readonly name: string
  readonly about: string
  /** Relative frequency of cases of this suite. Default: 1. */
  readonly weight?: number
  /** Set in the suite of legitimate requests, which must succeed. A server that refuses every request would pass otherwise. */
  readonly legitimate?: true
  /** Sends one case. Every response must be a refusal, except in a legitimate suite. */
  run(fixture: Fixture, random: Random): Promise<Attack>
}

export interface Attack {
  /** Description of the request, with which a person can repeat it. */
  readonly what: string
  readonly responses: readonly WireResponse[]
}

async function send(fixture: Fixture, operation: string, request: WireRequest): Promise<Attack> {
  const response = await fixture.attack(operation, request)
  return { what: `${operation} ${JSON.stringify(request)}`, responses: [response] }
}

/** Operations on one table or namespace that exist in the path. */
const onObject = specification.filter(({ path }) => path.includes('{id}')).map(({ id }) => id)

/** Returns a spelling that could lead to the victim's table, and the delimiter of the request. */
function spelling(random: Random): WireRequest {
  const encoded = random.pick([
    'victim%24orders',
    'victim%24orders%2F',
    'own%24..%24victim%24orders',
    'own%24%2e%2e%2fvictim%24orders',
    'own%2F..%2Fvictim%24orders',
    'own%24table%24..%24..%24victim%24orders',
    'victim%00%24orders',
    'VICTIM%24orders',
    'victim%24orders%00',
    'vi%63tim%2524orders',
    'victim%1Eorders',
    'victim%1Forders',
    'victim%24%24orders',
    '%24victim%24orders',
    'victim%24orders%24',
    'victim.orders',
    '%EF%BD%96ictim%24orders',
    'own%24table%3B%2Fv1%2Ftable%2Fvictim%24orders',
  ])
  const delimiter = random.pick([
    undefined,
    undefined,
    '.',
    '$$',
    '/',
    '\u001f',
    '',
    'victim',
    '$orders',
    '%24',
  ])
  return { rawId: encoded, ...(delimiter === undefined ? {} : { delimiter }) }
}

const bodies: readonly unknown[] = [
  {},
  null,
  { id: ['victim', 'orders'] },
  { id: ['own', 'table'] },
  { version: 1, with_table_uri: true, load_detailed_metadata: true },
  { tag: 'victims-secret-tag', version: 1 },
  { ranges: [{ start_version: 0, end_version: -1 }] },
  { new_table_name: 'stolen', new_namespace_id: ['own'] },
  { mode: 'Overwrite', behavior: 'Cascade' },
]

/** Returns a location that the attacker may not use. */
function location({ victim }: Fixture, random: Random): string {
  const path = bare(victim.location)
  const [folder = ''] = path.split('/')
  const bucket = victim.location.slice(0, -path.length)
  return random.pick([
    victim.location,
    `${victim.location}/`,
    `${victim.location}/_versions`,
    `${victim.location}/tree/x`,
    `${bucket}${folder}`,
    bucket,
    path,
    `./${path}`,
    `x/../${path}`,
    `${bucket}x/../${path}`,
    `${bucket}/${path}`,
    victim.location.replace('s3:', 's3a:'),
    victim.location.replace('s3:', 'S3:'),
    `${victim.location}/%2e%2e/orders.lance`,
    `${victim.location}?versionId=1`,
    `${victim.location}#x`,
    'file:///etc',
    '/etc',
    's3://elsewhere/t.lance',
    'http://127.0.0.1/t.lance',
    `memory://${path}`,
    '..',
    '\u0000',
    `${bucket}*/../${path}`,
  ])
}

/** Returns a location without its scheme and bucket. */
function bare(text: string): string {
  return text.replace(/^s3:\/\/[^/]*\//, '')
}

/** Returns a path to a manifest that is not a staged manifest of the attacker's table. */
function foreignManifest({ victim, own }: Fixture, random: Random): string {
  const [theirs, ours] = [`${bare(victim.location)}/_versions`, `${bare(own.location)}/_versions`]
  return random.pick([
    `${theirs}/${manifestName(1)}`,
    `/${theirs}/${manifestName(2)}`,
    `${victim.location}/_versions/${manifestName(1)}`,
    `${ours}/../../../${theirs}/${manifestName(1)}`,
    `${ours}/..%2F..%2F..%2F${theirs}/${manifestName(1)}`,
    `${ours}/${manifestName(1)}`,
    `${ours}/`,
    ours,
    `${ours}/${'a'.repeat(5_000)}`,
    `${ours}/x/y`,
    `${ours}/\u0000`,
    'etc/passwd',
    'file:///etc/passwd',
    '',
    's3://elsewhere/_versions/1.manifest',
  ])
}

/** Returns bytes that resemble a manifest. */
function damaged(version: number, random: Random): Buffer {
  const bytes = manifestOf(version, 'damaged')
  switch (random.int(6)) {
    case 0:
      return Buffer.from(Array.from({ length: random.int(200) }, () => random.int(256)))
    case 1:
      return bytes.subarray(1 + random.int(bytes.length - 1))
    case 2: {
      // Sets the position of the manifest to a value beyond the end of the file.
      const moved = Buffer.from(bytes)
      moved.writeBigUInt64LE(2n ** 64n - 1n, bytes.length - 16)
      return moved
    }
    case 3: {
      const longer = Buffer.from(bytes)
      longer.writeUInt32LE(0xff_ff_ff_ff, 0)
      return longer
    }
    case 4: {
      const other = Buffer.from(bytes)
      other[5] = (version + 1 + random.int(100)) % 128
      return other
    }
    default: {
      // Sets a length in the message to more bytes than the message has.
      const inside = Buffer.from(bytes)
      inside[7] = 127
      return inside
    }
  }
}

const badRefs = [
  '../../victim',
  '..',
  '.',
  'a/../../../victim',
  '/etc/passwd',
  'x.lock',
  'a..b',
  '\u0000',
  '%2e%2e%2f',
  'a b',
  'a\nb',
  'x'.repeat(300),
  '',
]

export const suites: readonly Suite[] = [
  {
    name: 'legitimate',
    about: 'versions and tags of the own table of the attacker, which the server accepts',
    weight: 0.1,
    legitimate: true,
    async run({ attack, open }) {
      open.latest += 1
      const version = open.latest
      const { id } = open.table
      const { body } = await stageManifest(open.table, version, 'legitimate')
      const tag = `t${version}`
      const responses = [
        await attack('CreateTableVersion', { id, body }),
        await attack('CreateTableTag', { id, body: { tag, version } }),
      ]
      return { what: `CreateTableVersion ${id} ${version}, CreateTableTag ${tag}`, responses }
    },
  },
  {
    name: 'names',
    about: 'spellings of the victim in the path, with each operation',
    run: (fixture, random) =>
      send(fixture, random.pick(onObject), { ...spelling(random), body: random.pick(bodies) }),
  },
  {
    name: 'locations',
    about: 'tables that are declared or registered at locations of others',
    async run(fixture, random) {
      const [operation, id] = [random.pick(['DeclareTable', 'RegisterTable']), `own$l${random.int(1e9)}`]
      const mode = random.pick([{}, { mode: 'Overwrite' }])
      const taken = operation === 'RegisterTable' && random.chance(0.3) ? fixture.own.id : id
      return await send(fixture, operation, {
        id: taken,
        body: { location: location(fixture, random), ...mode },
      })
    },
  },
  {
    name: 'foreign manifests',
    about: 'versions whose manifest is a file of another table or outside of the folder',
    run: (fixture, random) =>
      send(fixture, 'CreateTableVersion', {
        id: fixture.own.id,
        body: {
          version: 2,
          manifest_path: foreignManifest(fixture, random),
          ...random.pick([{}, { branch: '../victim' }, { naming_scheme: 'V1' }, { naming_scheme: '../' }]),
        },
      }),
  },
  {
    name: 'damaged manifests',
    about: 'versions whose manifest is damaged, or that of another version',
    async run(fixture, random) {
      const { own } = fixture
      const name = `${manifestName(2)}-d${random.int(1e9)}`
      const bytes = damaged(2, random)
      await writeObject(own, `${own.location}/_versions/${name}`, bytes)
      const path = bare(own.location)
      return await send(fixture, 'CreateTableVersion', {
        id: own.id,
        body: { version: 2, manifest_path: `${path}/_versions/${name}` },
      })
    },
  },
  {
    name: 'numbers',
    about: 'numbers that are not versions, and versions that do not follow the latest one',
    async run(fixture, random) {
      const version = random.pick<unknown>([0, -1, 1.5, 3, 2 ** 53, 1e300, '2', null, [], {}, true])
      const { body } = await stageManifest(fixture.own, 2, `n${random.int(1e9)}`)
      return await send(fixture, 'CreateTableVersion', { id: fixture.own.id, body: { ...body, version } })
    },
  },
  {
    name: 'tags and branches',
    about: 'names of tags and branches that lead out of their folder',
    run(fixture, random) {
      const bad = random.pick(badRefs)
      const [operation, body] = random.pick<readonly [string, unknown]>([
        ['CreateTableTag', { tag: bad, version: 1 }],
        ['UpdateTableTag', { tag: bad, version: 1 }],
        ['DeleteTableTag', { tag: bad }],
        ['GetTableTagVersion', { tag: bad }],
        ['DescribeTableVersion', { branch: bad === '' ? '..' : bad, version: 1 }],
        ['CountTableRows', { branch: bad === '' ? '..' : bad }],
        ['CreateTableTag', { tag: `t${random.int(1e9)}`, version: 1, branch: bad === '' ? '..' : bad }],
      ])
      return send(fixture, operation, { id: fixture.own.id, body })
    },
  },
  {
    name: 'versions of others',
    about: "commits, deletions and tags on the victim's table",
    async run(fixture, random) {
      const { victim, own } = fixture
      const { body } = await stageManifest(own, 3, `v${random.int(1e9)}`)
      const entry = { id: victim.names, ...body, version: random.pick([1, 2, 3]) }
      const ranges = [{ start_version: 0, end_version: random.pick([-1, 2, 3]) }]
      const [operation, request] = random.pick<readonly [string, WireRequest]>([
        ['CreateTableVersion', { id: victim.id, body: entry }],
        ['BatchDeleteTableVersions', { id: victim.id, body: { ranges } }],
        ['BatchCreateTableVersions', { body: { entries: [entry] } }],
        ['BatchCommitTables', { body: { operations: [{ create_table_version: entry }] } }],
        ['BatchCommitTables', { body: { operations: [{ deregister_table: { id: victim.names } }] } }],
        ['BatchCommitTables', { body: { operations: [{ declare_table: { id: ['victim', 'new'] } }] } }],
        [
          'BatchCommitTables',
          { body: { operations: [{ delete_table_versions: { id: victim.names, ranges } }] } },
        ],
        ['CreateTableTag', { id: victim.id, body: { tag: 'x', version: 1 } }],
        ['ListTableVersions', { id: victim.id }],
        ['DescribeTable', { id: victim.id, body: {} }],
      ])
      return await send(fixture, operation, request)
    },
  },
  {
    name: 'mixed batches',
    about: "batches of the attacker's table and the victim's, which must change neither",
    async run(fixture, random) {
      const { victim, own } = fixture
      const { body } = await stageManifest(own, 2, `m${random.int(1e9)}`)
      const allowed = random.pick([
        { create_table_version: { id: own.names, ...body } },
        { declare_table: { id: ['own', `m${random.int(1e9)}`] } },
      ])
      const denied = random.pick([
        { create_table_version: { id: victim.names, ...body, version: 3 } },
        { deregister_table: { id: victim.names } },
        { declare_table: { id: ['victim', 'm'] } },
      ])
      const operations = random.chance(0.5) ? [allowed, denied] : [denied, allowed]
      const attack = await send(fixture, 'BatchCommitTables', { body: { operations } })
      const { json } = await fixture.attack('ListTableVersions', { id: own.id })
      const { versions = [] } = json as { readonly versions?: readonly unknown[] }
      if (versions.length === 1) return attack
      return { ...attack, responses: [{ status: 200, json: 'the batch committed a version' }] }
    },
  },
]
