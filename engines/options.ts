import { parseArgs } from 'node:util'
import { type EngineAccess, storageNames, type StorageName } from './lib/access.ts'
import { engineNames, type EngineName } from './lib/engine.ts'

export const usage: string = `npm run test:engines -- [engine …] [options]

Runs scenarios with real engines: ${engineNames.join(', ')} (all when none is named). Scenarios
that need several engines run when all of them are named. Missing engines are installed first.

  --storage KINDS            gateway,short-lived,users,signed (default), file, s3, sts, remote-signing, or all;
                             gateway: local files that clients reach through the server's S3 endpoint,
                             with keys that come with the tables; short-lived: keys that live for seconds;
                             users: a server with engines that act for two users;
                             upstream, upstream-short-lived: gateway and short-lived with a warehouse that
                             forwards to another Headgate server; upstream-relay, -relay-short-lived: the
                             same, with keys of the other server behind the storage gateway; upstream-pass,
                             -pass-short-lived: with keys of the other server;
                             upstream-glue, upstream-s3tables, and each with -short-lived: a double of the
                             Iceberg endpoint of AWS is between the servers;
                             upstream-fixture, upstream-nessie: in front of these catalogs, on MinIO;
                             upstream-users, upstream-nessie-users: the catalog behind sees each user;
                             all-upstream: all of these (npm run test:upstream);
                             signed: a server at which clients sign their requests with access keys;
                             on MinIO: s3, with keys of the engines' own; sts, with keys of its token
                             service; remote-signing, with requests that the server signs
  --only TEXT                only scenarios whose name contains the text; may be repeated
  --quick                    only PyIceberg and DuckDB, and scenarios named upstream: at most 90 s
  --list                     print the scenarios and stop
  --fixture                  run against Iceberg's own fixture server, as a yardstick
  --json                     print the result as JSON
  --help

Against a server that runs already (its warehouse must be empty or used for tests only):
  --uri URI                  catalog base URI; clients add /v1/…
  --warehouse NAME
  --credential ID:SECRET     OAuth2 client credentials, or --token TOKEN, or --access-key ID:SECRET
  --oauth2-server-uri URI    token endpoint (default: <uri>/v1/oauth/tokens)
  --scope SCOPE              scope to ask for (default: catalog)
  --s3-endpoint, --s3-region, --s3-access-key-id, --s3-secret-access-key
                             how engines reach its storage, with --storage s3`

export interface EngineOptions {
  readonly engines: readonly EngineName[]
  readonly storages: readonly StorageName[]
  readonly only: readonly string[]
  readonly list: boolean
  readonly fixture: boolean
  readonly json: boolean
  readonly server: RunningServer | undefined
}

export interface RunningServer {
  readonly uri: string
  readonly warehouse: string | undefined
  readonly auth: EngineAccess['auth']
  readonly s3: {
    readonly endpoint: string
    readonly region: string
    readonly accessKeyId: string
    readonly secretAccessKey: string
  }
}

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes the invalid option. */
export function readOptions(args: readonly string[]): EngineOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      storage: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      fixture: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      uri: { type: 'string' },
      warehouse: { type: 'string' },
      credential: { type: 'string' },
      token: { type: 'string' },
      'access-key': { type: 'string' },
      'oauth2-server-uri': { type: 'string' },
      scope: { type: 'string', default: 'catalog' },
      's3-endpoint': { type: 'string', default: '' },
      's3-region': { type: 'string', default: 'us-east-1' },
      's3-access-key-id': { type: 'string', default: '' },
      's3-secret-access-key': { type: 'string', default: '' },
    },
  })
  if (values.help) return undefined
  if (values.uri !== undefined && values.fixture)
    throw new Error('--fixture starts its own server, so it cannot be used with --uri')
  const server = values.uri?.replace(/\/+$/, '')
  const all = values.quick ? quickEngines : engineNames
  return {
    engines: positionals.length === 0 ? all : positionals.map(readEngine),
    storages: readStorages(values),
    only: values.quick ? ['upstream', ...values.only] : values.only,
    list: values.list,
    fixture: values.fixture,
    json: values.json,
    server:
      server === undefined
        ? undefined
        : {
            uri: server,
            warehouse: values.warehouse,
            auth: readAuth(server, values),
            s3: {
              endpoint: values['s3-endpoint'],
              region: values['s3-region'],
              accessKeyId: values['s3-access-key-id'],
              secretAccessKey: values['s3-secret-access-key'],
            },
          },
  }
}

/** Engines of a quick run, which start within a second and need no Java. */
const quickEngines: readonly EngineName[] = ['pyiceberg', 'duckdb']

function readAuth(
  uri: string,
  values: {
    readonly token?: string
    readonly 'access-key'?: string
    readonly credential?: string
    readonly scope: string
    readonly 'oauth2-server-uri'?: string
  },
): EngineAccess['auth'] {
  const key = /^([^:]+):(.+)$/.exec(values['access-key'] ?? '')
  if (key !== null) return { kind: 'access-key', accessKeyId: key[1] ?? '', secretAccessKey: key[2] ?? '' }
  if (values.token !== undefined) return { kind: 'token', token: values.token }
  if (values.credential === undefined) return { kind: 'none' }
  const tokenUri = values['oauth2-server-uri'] ?? `${uri}/v1/oauth/tokens`
  return { kind: 'credential', credential: values.credential, scope: values.scope, tokenUri }
}

function readEngine(text: string): EngineName {
  const name = engineNames.find((known) => known === text)
  if (!name) throw new Error(`unknown engine ${text}; the engines are ${engineNames.join(', ')}`)
  return name
}

// Kinds of storage whose scenarios wait for the expiry of credentials, or count credentials.
const own: readonly StorageName[] = [
  'sts',
  'remote-signing',
  'short-lived',
  'users',
  'signed',
  ...storageNames.filter((name) => name.startsWith('upstream')),
]

// Does not offer the kinds of storage that need a server started by the run: an existing server may, for example, have
// no storage gateway.
function readStorages(values: {
  readonly storage?: string
  readonly uri?: string
  readonly fixture: boolean
}): readonly StorageName[] {
  const { storage, uri, fixture } = values
  const foreign = uri !== undefined || fixture
  const left = (name: StorageName): boolean =>
    foreign && (own.includes(name) || (fixture && name === 'gateway'))
  // `npm run test:upstream` uses only warehouses that forward to another server.
  if (storage === 'all') return storageNames.filter((name) => !left(name) && !name.startsWith('upstream'))
  if (storage === 'all-upstream') return storageNames.filter((name) => name.startsWith('upstream'))
  const names = (storage ?? (foreign ? 'file' : 'gateway,short-lived,users,signed'))
    .split(',')
    .map(readStorage)
  const first = names.find(left)
  if (first !== undefined)
    throw new Error(
      `--storage ${first} needs a server that the run starts, so it cannot be used with --uri or --fixture`,
    )
  return names
}

function readStorage(text: string): StorageName {
  const name = storageNames.find((known) => known === text)
  if (!name)
    throw new Error(
      `unknown storage ${text}; the storages are ${storageNames.join(', ')}, all and all-upstream`,
    )
  return name
}
