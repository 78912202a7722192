import { parseArgs } from 'node:util'
import type { CatalogAuth } from '../lib/catalog-access.ts'
import { onlyUri, readAuth } from '../lib/read-flags.ts'

export const usage = `npm run conformance:refresh -- [uri] [options]

Checks the storage refresh token of an Iceberg REST catalog. Without a URI it starts a Headgate server.

  --warehouse NAME           warehouse to use at the given URI
  --credential ID:SECRET     OAuth2 client credentials, or HEADGATE_REFRESH_CREDENTIAL
  --token TOKEN              a bearer token instead, or HEADGATE_REFRESH_TOKEN
  --second-credential ID:SECRET, --second-token TOKEN
                             another principal with the same rights (HEADGATE_REFRESH_SECOND_…)
  --other-warehouse NAME     another warehouse, in which the first principal may create tables too
  --oauth2-server-uri URI    token endpoint (default: <uri>/v1/oauth/tokens)
  --scope SCOPE              requested scope (default: catalog)
  --token-life SECONDS       lifetime of a storage refresh token on the server, if it is at most two minutes
  --select NAME              run only this check; may be repeated
  --quick                    do not wait for tokens to expire
  --json                     print the result as JSON
  --help`

export interface RefreshOptions {
  readonly uri: string | undefined
  readonly warehouse: string | undefined
  readonly otherWarehouse: string | undefined
  readonly auth: CatalogAuth
  readonly second: CatalogAuth
  readonly tokenLifeSeconds: number | undefined
  readonly select: readonly string[]
  readonly quick: boolean
  readonly json: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes contradictory options. */
export function readOptions(args: readonly string[], env: Environment = {}): RefreshOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      warehouse: { type: 'string' },
      credential: { type: 'string' },
      token: { type: 'string' },
      'second-credential': { type: 'string' },
      'second-token': { type: 'string' },
      'other-warehouse': { type: 'string' },
      'oauth2-server-uri': { type: 'string' },
      scope: { type: 'string', default: 'catalog' },
      'token-life': { type: 'string' },
      select: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const uri = onlyUri(positionals)
  const serverFlags = [values.warehouse, values['other-warehouse'], values['token-life']]
  if (uri === undefined && serverFlags.some((value) => value !== undefined))
    throw new Error(
      '--warehouse, --other-warehouse and --token-life apply only to an existing server: add its URI',
    )
  const life = values['token-life'] === undefined ? undefined : Number(values['token-life'])
  if (life !== undefined && !(life > 0)) throw new Error('--token-life must be a number of seconds')
  const place = { uri, scope: values.scope, tokenUri: values['oauth2-server-uri'] }
  const toAuth = (token: string | undefined, credential: string | undefined): CatalogAuth =>
    readAuth({ ...place, token, credential })
  const named = (flag: string | undefined, name: string, other: string | undefined): string | undefined =>
    flag ?? (other === undefined ? env[`HEADGATE_REFRESH_${name}`] : undefined)
  return {
    uri,
    warehouse: values.warehouse,
    otherWarehouse: values['other-warehouse'],
    auth: toAuth(
      named(values.token, 'TOKEN', values.credential),
      named(values.credential, 'CREDENTIAL', values.token),
    ),
    second: toAuth(
      named(values['second-token'], 'SECOND_TOKEN', values['second-credential']),
      named(values['second-credential'], 'SECOND_CREDENTIAL', values['second-token']),
    ),
    tokenLifeSeconds: values.quick ? undefined : life,
    select: values.select,
    quick: values.quick,
    json: values.json,
  }
}
