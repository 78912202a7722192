import type { Properties } from '@headgate/auth'
import type { CatalogSettings } from '../catalog-settings.ts'
import type { SettingNames } from '../engines/setting-names.ts'
import { failed, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import { toKeys } from './read-iceberg.ts'
import { chooseCatalog, unreadable } from './read-error.ts'
import type { EngineReader, Entries } from './reader.ts'
import { isWord, parseOptions, splitStatements, tokenizeSql, type SqlToken } from './sql-tokens.ts'

interface Attached {
  readonly warehouse: string
  readonly name: string
  readonly options: Entries
}

/** Reader of the DuckDB statements `CREATE SECRET` and `ATTACH … (TYPE iceberg)`. */
export const duckdb: EngineReader = {
  engine: 'duckdb',
  matches: (text) => /\bATTACH\b[^;]*\bTYPE\s+'?iceberg/i.test(text),
  read: (input) => {
    const { source } = input
    const statements = splitStatements(tokenizeSql(input.text))
    const secrets = readSecrets(statements)
    const attached = statements.flatMap((statement) => readAttach(statement) ?? [])
    const name = chooseCatalog(
      source,
      attached.map((each) => each.name),
      input.catalog,
    )
    const chosen = attached.find((each) => each.name === name)
    const options = chosen?.options ?? {}
    const secret = findSecret(options, secrets)
    const uri =
      options['uri'] ??
      options['endpoint'] ??
      secret['uri'] ??
      secret['endpoint'] ??
      amazonUri(options, secret)
    if (uri === undefined)
      throw unreadable(
        source,
        'ATTACH names no ENDPOINT.',
        "Add ENDPOINT 'https://…' to the options of ATTACH.",
      )
    const settings = { ...secret, ...options }
    const storage = Object.values(secrets).find(({ type }) => type?.toLowerCase() === 's3')
    return {
      engine: 'duckdb',
      engineVersion: input.engineVersion,
      source,
      uri: withScheme(uri).replace(/\/+$/, ''),
      warehouse: chosen?.warehouse === '' ? undefined : chosen?.warehouse,
      auth: readAuth(settings, storage ?? {}, withScheme(uri)),
      tokenEndpoint: settings['oauth2_server_uri'],
      headers: {},
      delegation: /^'?none/i.test(settings['access_delegation_mode'] ?? '') ? [] : ['vended-credentials'],
      userSession: false,
      exchangesTokens: false,
      storage: readStorage(storage ?? {}, settings['default_region']),
      caFile: undefined,
      names: duckdbNames,
      problems: findProblems(settings),
    }
  },
}

function readSecrets(statements: readonly (readonly SqlToken[])[]): Readonly<Record<string, Entries>> {
  const secrets = statements.flatMap((statement, index): [string, Entries][] => {
    const at = statement.findIndex((token) => isWord(token, 'SECRET'))
    if (!isWord(statement[0], 'CREATE') || at === -1 || at > 4) return []
    const after = statement.slice(at + 1).filter((token) => !/^(IF|NOT|EXISTS)$/i.test(token.text))
    const [first] = after
    const name = first === undefined || first.text === '(' ? `unnamed ${index}` : first.text
    return [[name, parseOptions(statement)]]
  })
  return Object.fromEntries(secrets)
}

function readAttach(statement: readonly SqlToken[]): Attached | null {
  if (!isWord(statement[0], 'ATTACH')) return null
  const options = parseOptions(statement)
  if (options['type']?.toLowerCase() !== 'iceberg') return null
  const as = statement.findIndex((token) => isWord(token, 'AS'))
  const warehouse = statement.find(({ kind }) => kind === 'string')?.text ?? ''
  return { warehouse, name: (as === -1 ? undefined : statement[as + 1]?.text) ?? warehouse, options }
}

/** Returns the options of the secret that ATTACH names, or else of the only secret of type iceberg. */
function findSecret(options: Entries, secrets: Readonly<Record<string, Entries>>): Entries {
  const named = options['secret']
  if (named !== undefined) return secrets[named] ?? {}
  const hasOwn = ['client_id', 'client_secret', 'token'].some((name) => options[name] !== undefined)
  if (hasOwn) return {}
  return Object.values(secrets).find(({ type }) => type?.toLowerCase() === 'iceberg') ?? {}
}

function amazonUri(options: Entries, { region }: Entries): string | undefined {
  const kind = options['endpoint_type']?.toLowerCase()
  if (kind === undefined || region === undefined) return undefined
  return `https://${kind === 's3_tables' ? 's3tables' : kind}.${region}.amazonaws.com/iceberg`
}

const withScheme = (uri: string): string => (/^https?:\/\//i.test(uri) ? uri : `https://${uri}`)

function readAuth(settings: Entries, storage: Entries, uri: string): Properties {
  const type =
    settings['authorization_type']?.toLowerCase() ?? (settings['endpoint_type'] ? 'sigv4' : 'oauth2')
  if (type === 'none') return { 'rest.auth.type': 'none' }
  if (type === 'sigv4') return readSigV4(settings, storage, uri)
  const { token, client_id: id, client_secret: secret } = settings
  if (token !== undefined) return { 'rest.auth.type': 'bearer', token }
  if (secret === undefined) return { 'rest.auth.type': 'none' }
  const server = settings['oauth2_server_uri']
  return {
    // DuckDB sends the client id and the secret in a header (HTTP Basic).
    'rest.auth.type': 'oauth2',
    'rest.auth.oauth2.client-auth': 'client_secret_basic',
    'rest.auth.oauth2.client-id': id ?? '',
    'rest.auth.oauth2.client-secret': secret,
    'rest.auth.oauth2.scope': settings['oauth2_scope'] ?? 'PRINCIPAL_ROLE:ALL',
    'rest.auth.oauth2.token-endpoint': server ?? `${uri.replace(/\/+$/, '')}/v1/oauth/tokens`,
  }
}

/**
 * Returns the service and the region for signatures. If no option sets them, DuckDB takes them from the first two
 * labels of the host name.
 */
function readSigV4(settings: Entries, storage: Entries, uri: string): Properties {
  const [service, region] = new URL(uri).hostname.split('.')
  const { key_id: key, secret, session_token: token } = { ...storage, ...settings }
  return {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.service': settings['sigv4_service'] ?? service,
    'rest.auth.sigv4.region': settings['sigv4_region'] ?? region,
    ...(key === undefined || secret === undefined
      ? {}
      : { 'rest.auth.sigv4.access-key-id': key, 'rest.auth.sigv4.secret-access-key': secret }),
    ...(key === undefined || token === undefined ? {} : { 'rest.auth.sigv4.session-token': token }),
  }
}

function readStorage(secret: Entries, region: string | undefined): CatalogSettings['storage'] {
  const { endpoint, url_style: style, use_ssl: ssl } = secret
  return {
    endpoint:
      endpoint === undefined
        ? undefined
        : `${ssl?.toLowerCase() === 'false' ? 'http' : 'https'}://${endpoint}`,
    region: secret['region'] ?? region,
    pathStyle: style === undefined ? undefined : style.toLowerCase() === 'path',
    keys: toKeys(secret['key_id'], secret['secret'], secret['session_token']),
    usesMachineKeys: secret['provider']?.toLowerCase() === 'credential_chain',
  }
}

function findProblems(settings: Entries): readonly Diagnosis[] {
  const { client_id: id, client_secret: secret, token } = settings
  if (secret === undefined || id !== undefined || token !== undefined) return []
  return [
    failed('client-id-missing', {
      evidence:
        'The secret has a CLIENT_SECRET and no CLIENT_ID. DuckDB sends no request for a token without a CLIENT_ID.',
      remedy:
        "Add CLIENT_ID. For a catalog that issues a credential without an id, use another client, or request the token yourself and set TOKEN '…'.",
      report: reports.secretOnly,
    }),
  ]
}

const duckdbNames: SettingNames = {
  uri: 'ENDPOINT of ATTACH',
  warehouse: 'the first argument of ATTACH',
  credential: 'CLIENT_ID and CLIENT_SECRET of the secret',
  scope: 'OAUTH2_SCOPE of the secret',
  tokenEndpoint: 'OAUTH2_SERVER_URI of the secret',
  requestAccess: "ACCESS_DELEGATION_MODE 'vended_credentials' of ATTACH",
  requestNoAccess: "ACCESS_DELEGATION_MODE 'none' of ATTACH",
  endpoint: 'ENDPOINT of a secret of type s3',
  region: 'DEFAULT_REGION of ATTACH',
  pathStyle: "URL_STYLE 'path' of a secret of type s3",
  keys: 'a secret of type s3 (CREATE SECRET … (TYPE s3, KEY_ID …, SECRET …))',
  withoutExchange: undefined,
  signingName: 'SIGV4_SERVICE of ATTACH',
  signingRegion: 'SIGV4_REGION of ATTACH',
  user: "An attached catalog has one identity. Set TOKEN '…' of the secret to a token of the user.",
}
