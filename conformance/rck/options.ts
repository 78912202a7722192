import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { CatalogAuth, StorageKind } from '../lib/catalog-access.ts'
import { onlyUri, readAuth } from '../lib/read-flags.ts'

export const usage = `npm run conformance:rck -- [uri] [options]

Runs Iceberg's REST compatibility kit. Without a URI it starts a Headgate server.

  --warehouse NAME           warehouse to use at the given URI
  --credential ID:SECRET     OAuth2 client credentials; --credential-file FILE reads them from a file
  --token TOKEN              a bearer token instead
  --oauth2-server-uri URI    token endpoint (default: <uri>/v1/oauth/tokens)
  --scope SCOPE              requested scope (default: catalog)
  --property KEY=VALUE       further client property (s3.endpoint, io-impl, header.X …); may be repeated
  --extended                 also nested namespaces, and names with dots and slashes
  --storage file|s3          storage of the started server (default: file); s3 starts MinIO
  --all                      all modes one after another: both storages, standard and extended
  --base-location URI        for a given server: location of tables and views in tests that choose one
                             (default of the kit: file:/tmp and Java's temporary folder)
  --remote-metadata          for a given server: metadata files are not on this machine's disk
  --select SELECTOR          run only this class or class#method (simple names); may be repeated
  --fixture                  run against Iceberg's own fixture server, for comparison
  --upstream KIND            run through a warehouse of Headgate in front of another catalog: headgate, fixture
                             or nessie (nessie always on S3)
  --expectations NAME|none   set of expectations.json to compare with (default: by mode)
  --update-expectations      write the results into expectations.json
  --json                     print the result as JSON
  --keep                     keep the kit's namespaces in the catalog
  --help`

/** Kind of the catalog behind an upstream warehouse. */
export type UpstreamKind = 'headgate' | 'fixture' | 'nessie'

export interface RckOptions {
  readonly uri: string | undefined
  readonly warehouse: string | undefined
  readonly auth: CatalogAuth
  readonly properties: Readonly<Record<string, string>>
  readonly extended: boolean
  readonly storage: StorageKind
  readonly all: boolean
  readonly baseLocation: string | undefined
  readonly localMetadata: boolean
  readonly select: readonly string[]
  readonly fixture: boolean
  /**
   * Kind of the catalog behind the warehouse of the started server. Undefined if the server manages the tables itself.
   */
  readonly upstream: UpstreamKind | undefined
  readonly expectations: string | undefined
  readonly updateExpectations: boolean
  readonly json: boolean
  readonly keep: boolean
}

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes contradictory options. */
export function readOptions(args: readonly string[]): RckOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      warehouse: { type: 'string' },
      credential: { type: 'string' },
      'credential-file': { type: 'string' },
      token: { type: 'string' },
      'oauth2-server-uri': { type: 'string' },
      scope: { type: 'string', default: 'catalog' },
      property: { type: 'string', multiple: true, default: [] },
      extended: { type: 'boolean', default: false },
      storage: { type: 'string' },
      all: { type: 'boolean', default: false },
      'base-location': { type: 'string' },
      'remote-metadata': { type: 'boolean', default: false },
      select: { type: 'string', multiple: true, default: [] },
      fixture: { type: 'boolean', default: false },
      upstream: { type: 'string' },
      expectations: { type: 'string' },
      'update-expectations': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const uri = onlyUri(positionals)
  if (uri !== undefined && values.fixture) throw new Error('--fixture starts a server: leave out the URI')
  if (values.upstream !== undefined && (uri !== undefined || values.fixture))
    throw new Error('--upstream starts the servers: leave out the URI and --fixture')
  if (values.all && (values.extended || values.storage !== undefined)) {
    throw new Error('--all runs all modes: leave out --extended and --storage')
  }
  if (values.all && values.expectations !== undefined && values.expectations !== 'none') {
    throw new Error('--all compares each mode with its own expectations: leave out --expectations')
  }
  if (uri !== undefined && values.storage !== undefined) {
    throw new Error(
      'an existing server has its own storage: instead of --storage, set --base-location, --remote-metadata and --property s3.…',
    )
  }
  if (uri === undefined && (values['base-location'] !== undefined || values['remote-metadata'])) {
    throw new Error('--base-location and --remote-metadata apply only to an existing server: add its URI')
  }
  if (values['update-expectations'] && values.select.length > 0) {
    throw new Error('--update-expectations needs the results of all tests: leave out --select')
  }
  const credential = values['credential-file']
    ? readFileSync(values['credential-file'], 'utf8').trim()
    : values.credential
  return {
    uri,
    warehouse: values.warehouse,
    auth: readAuth({
      uri,
      token: values.token,
      credential,
      scope: values.scope,
      tokenUri: values['oauth2-server-uri'],
    }),
    properties: Object.fromEntries(values.property.map(readProperty)),
    extended: values.extended,
    storage: values.upstream === 'nessie' ? 's3' : readStorage(values.storage ?? 'file'),
    all: values.all,
    baseLocation: values['base-location']?.replace(/\/+$/, ''),
    localMetadata: !values['remote-metadata'],
    select: values.select,
    fixture: values.fixture,
    upstream: readUpstream(values.upstream),
    expectations: values.expectations,
    updateExpectations: values['update-expectations'],
    json: values.json,
    keep: values.keep,
  }
}

function readStorage(text: string): StorageKind {
  if (text === 'file' || text === 's3') return text
  throw new Error(`--storage takes file or s3, got: ${text}`)
}

function readUpstream(text: string | undefined): UpstreamKind | undefined {
  if (text === undefined || text === 'headgate' || text === 'fixture' || text === 'nessie') return text
  throw new Error(`--upstream takes headgate, fixture or nessie, got: ${text}`)
}

function readProperty(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new Error(`--property takes KEY=VALUE, got: ${text}`)
  return [text.slice(0, equals), text.slice(equals + 1)]
}
