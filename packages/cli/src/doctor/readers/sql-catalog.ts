import type { SettingNames } from '../engines/setting-names.ts'
import { readFlag, readIceberg, toKeys } from './read-iceberg.ts'
import { chooseCatalog, unreadable } from './read-error.ts'
import type { EngineReader, Entries } from './reader.ts'
import { isWord, parseOptions, splitStatements, tokenizeSql, type SqlToken } from './sql-tokens.ts'

/** Property names of an engine in which users create a catalog with `CREATE CATALOG … PROPERTIES (…)`. */
interface Spelling {
  readonly engine: 'starrocks' | 'doris'
  /** Pattern of property names that only this engine has. */
  readonly pattern: RegExp
  /** Names that the engine uses for properties, keyed by the name of the property in Iceberg. */
  readonly names: Readonly<Record<string, readonly string[]>>
  readonly vending: readonly string[]
  readonly vendsByDefault: boolean
  readonly user: string
}

const starrocksSpelling: Spelling = {
  engine: 'starrocks',
  pattern: /["']iceberg\.catalog\.(uri|security|oauth2)/i,
  names: {
    uri: ['iceberg.catalog.uri'],
    warehouse: ['iceberg.catalog.warehouse'],
    credential: ['iceberg.catalog.oauth2.credential'],
    token: ['iceberg.catalog.oauth2.token'],
    scope: ['iceberg.catalog.oauth2.scope'],
    'oauth2-server-uri': ['iceberg.catalog.oauth2.server-uri'],
    's3.endpoint': ['aws.s3.endpoint'],
    'client.region': ['aws.s3.region'],
    's3.path-style-access': ['aws.s3.enable_path_style_access'],
    's3.access-key-id': ['aws.s3.access_key'],
    's3.secret-access-key': ['aws.s3.secret_key'],
  },
  vending: ['iceberg.catalog.vended-credentials-enabled', 'vended-credentials-enabled'],
  vendsByDefault: true,
  user: 'Set iceberg.catalog.security=jwt, so that StarRocks sends the token of its user.',
}

const dorisSpelling: Spelling = {
  engine: 'doris',
  pattern: /["']iceberg\.rest\./i,
  names: {
    uri: ['iceberg.rest.uri', 'uri'],
    warehouse: ['warehouse'],
    credential: ['iceberg.rest.oauth2.credential'],
    token: ['iceberg.rest.oauth2.token'],
    scope: ['iceberg.rest.oauth2.scope'],
    'oauth2-server-uri': ['iceberg.rest.oauth2.server-uri'],
    's3.endpoint': ['s3.endpoint'],
    's3.region': ['s3.region'],
    's3.path-style-access': ['use_path_style'],
    's3.access-key-id': ['s3.access_key'],
    's3.secret-access-key': ['s3.secret_key'],
    'rest.sigv4-enabled': ['iceberg.rest.sigv4-enabled'],
    'rest.signing-name': ['iceberg.rest.signing-name'],
    'rest.signing-region': ['iceberg.rest.signing-region'],
    'rest.access-key-id': ['iceberg.rest.access-key-id'],
    'rest.secret-access-key': ['iceberg.rest.secret-access-key'],
  },
  vending: ['iceberg.rest.vended-credentials-enabled'],
  vendsByDefault: false,
  user: 'Set iceberg.rest.session=user, so that Doris sends or exchanges the token of its user.',
}

export const starrocks: EngineReader = sqlReader(starrocksSpelling)
export const doris: EngineReader = sqlReader(dorisSpelling)

/** Creates the reader of `CREATE [EXTERNAL] CATALOG name PROPERTIES (…)` for one engine. */
function sqlReader(spelling: Spelling): EngineReader {
  const { engine, pattern } = spelling
  return {
    engine,
    matches: (text) => /\bCREATE\s+(EXTERNAL\s+)?CATALOG\b/i.test(text) && pattern.test(text),
    read: (input) => {
      const statements = splitStatements(tokenizeSql(input.text))
      const catalogs = Object.fromEntries(statements.flatMap((statement) => readCreate(statement) ?? []))
      const name = chooseCatalog(input.source, Object.keys(catalogs), input.catalog)
      const entries = catalogs[name] ?? {}
      const properties = toIceberg(entries, spelling)
      const { uri } = properties
      if (uri === undefined) {
        const [setting = 'uri'] = spelling.names['uri'] ?? []
        throw unreadable(
          input.source,
          `"${setting}" is not set.`,
          `Set "${setting}" to the URL of the catalog.`,
        )
      }
      const vends = spelling.vending.flatMap((each) => readFlag(entries[each]) ?? [])[0]
      const delegation = (vends ?? spelling.vendsByDefault) ? (['vended-credentials'] as const) : []
      const settings = readIceberg(properties, { delegation, exchangesTokens: true })
      return {
        engine,
        engineVersion: input.engineVersion,
        source: input.source,
        uri: uri.replace(/\/+$/, ''),
        ...settings,
        storage: {
          ...settings.storage,
          keys: toKeys(properties['s3.access-key-id'], properties['s3.secret-access-key']),
        },
        userSession: false,
        caFile: undefined,
        names: toNames(spelling),
        problems: [],
      }
    },
  }
}

function readCreate(statement: readonly SqlToken[]): readonly [string, Entries][] | null {
  const at = statement.findIndex((token) => isWord(token, 'CATALOG'))
  if (!isWord(statement[0], 'CREATE') || at === -1 || at > 2) return null
  const name = statement.slice(at + 1).find(({ text }) => !/^(IF|NOT|EXISTS)$/i.test(text))?.text ?? ''
  const list = statement.findIndex((token) => isWord(token, 'PROPERTIES'))
  return [[name, parseOptions(statement.slice(Math.max(list, 0)))]]
}

/** Replaces property names of the engine by those of Iceberg. */
function toIceberg(entries: Entries, { names }: Spelling): Entries {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, spellings]): [string, string][] => {
      const value = spellings.flatMap((each) => entries[each] ?? [])[0]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function toNames({ names, vending, user }: Spelling): SettingNames {
  const first = (name: string): string => `"${names[name]?.[0] ?? name}"`
  const [switchName = ''] = vending
  return {
    uri: first('uri'),
    warehouse: first('warehouse'),
    credential: first('credential'),
    scope: first('scope'),
    tokenEndpoint: first('oauth2-server-uri'),
    requestAccess: `"${switchName}" = "true"`,
    requestNoAccess: `"${switchName}" = "false"`,
    endpoint: first('s3.endpoint'),
    region: names['client.region'] === undefined ? first('s3.region') : first('client.region'),
    pathStyle: `${first('s3.path-style-access')} = "true"`,
    keys: `${first('s3.access-key-id')} and ${first('s3.secret-access-key')}`,
    withoutExchange: undefined,
    signingName: first('rest.signing-name'),
    signingRegion: first('rest.signing-region'),
    user,
  }
}
