import type { Properties } from '@headgate/auth'
import type { CatalogSettings } from '../catalog-settings.ts'
import type { SettingNames } from '../engines/setting-names.ts'
import type { Diagnosis } from '../finding.ts'
import { parseJavaProperties } from './java-properties.ts'
import { readFlag, toKeys } from './read-iceberg.ts'
import { unreadable } from './read-error.ts'
import type { EngineReader, Entries } from './reader.ts'
import { trinoProblems } from './trino-problems.ts'
import { resolveVariables } from './variables.ts'

const rest = 'iceberg.rest-catalog.'

/** Reader of a Trino catalog file (`etc/catalog/NAME.properties`). */
export const trino: EngineReader = {
  engine: 'trino',
  matches: (text) => /^\s*iceberg\.rest-catalog\.\S/m.test(text),
  read: (input) => {
    const { source } = input
    const { entries, problems } = resolveVariables(
      parseJavaProperties(input.text),
      input,
      /\$\{ENV:([^}]+)\}/g,
    )
    const uri = entries[`${rest}uri`]
    if (uri === undefined)
      throw unreadable(source, `${rest}uri is not set.`, `Set ${rest}uri to the URL of the catalog.`)
    const vends = readFlag(entries[`${rest}vended-credentials-enabled`]) ?? false
    const own: readonly Diagnosis[] = trinoProblems(entries)
    return {
      engine: 'trino',
      engineVersion: input.engineVersion,
      source,
      uri: uri.replace(/\/+$/, ''),
      warehouse: entries[`${rest}warehouse`],
      auth: readAuth(entries),
      tokenEndpoint: entries[`${rest}oauth2.server-uri`],
      headers: readHeaders(entries[`${rest}http-headers`]),
      delegation: vends ? ['vended-credentials'] : [],
      userSession: entries[`${rest}session`]?.toUpperCase() === 'USER',
      exchangesTokens: readFlag(entries[`${rest}oauth2.token-exchange-enabled`]) ?? true,
      storage: readStorage(entries),
      caFile: undefined,
      names: trinoNames,
      problems: [...problems, ...own],
    }
  },
}

function readAuth(entries: Entries): Properties {
  const security = entries[`${rest}security`]?.toUpperCase() ?? 'NONE'
  if (security === 'OAUTH2') {
    const set = (from: string, to: string): Properties => {
      const value = entries[`${rest}oauth2.${from}`]
      return value === undefined ? {} : { [to]: value }
    }
    const properties = {
      ...set('credential', 'credential'),
      ...set('token', 'token'),
      ...set('scope', 'scope'),
      ...set('server-uri', 'oauth2-server-uri'),
      ...set('token-refresh-enabled', 'token-refresh-enabled'),
      ...set('token-exchange-enabled', 'token-exchange-enabled'),
    }
    return { ...properties, 'rest.auth.type': 'iceberg-legacy' }
  }
  if (security === 'SIGV4') return readSigV4(entries)
  return { 'rest.auth.type': security === 'GOOGLE' ? 'google' : 'none' }
}

/**
 * Converts settings of a Trino catalog file to auth properties for signed requests. Trino signs requests to the
 * catalog with its S3 settings.
 */
function readSigV4(entries: Entries): Properties {
  const key = entries['s3.aws-access-key']
  const secret = entries['s3.aws-secret-key']
  const region = entries['s3.region']
  return {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.service': entries[`${rest}signing-name`] ?? 'execute-api',
    ...(region === undefined ? {} : { 'rest.auth.sigv4.region': region }),
    ...(key === undefined || secret === undefined
      ? {}
      : { 'rest.auth.sigv4.access-key-id': key, 'rest.auth.sigv4.secret-access-key': secret }),
  }
}

function readStorage(entries: Entries): CatalogSettings['storage'] {
  return {
    endpoint: entries['s3.endpoint'],
    region: entries['s3.region'],
    pathStyle: readFlag(entries['s3.path-style-access']),
    keys: toKeys(entries['s3.aws-access-key'], entries['s3.aws-secret-key']),
  }
}

/** Parses headers in the form `Name:value,Name:value`. */
function readHeaders(text = ''): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').flatMap((pair): [string, string][] => {
      const colon = pair.indexOf(':')
      return colon < 1 ? [] : [[pair.slice(0, colon).trim().toLowerCase(), pair.slice(colon + 1).trim()]]
    }),
  )
}

const trinoNames: SettingNames = {
  uri: `${rest}uri`,
  warehouse: `${rest}warehouse`,
  credential: `${rest}oauth2.credential`,
  scope: `${rest}oauth2.scope`,
  tokenEndpoint: `${rest}oauth2.server-uri`,
  requestAccess: `${rest}vended-credentials-enabled=true`,
  requestNoAccess: `${rest}vended-credentials-enabled=false`,
  endpoint: 's3.endpoint',
  region: 's3.region',
  pathStyle: 's3.path-style-access=true',
  keys: 's3.aws-access-key and s3.aws-secret-key',
  withoutExchange: `${rest}oauth2.token-exchange-enabled=false`,
  signingName: `${rest}signing-name`,
  signingRegion: 's3.region',
  user: `Set ${rest}session=USER, and let the catalog accept the statements of Trino about its users (in Headgate: headgate engine add).`,
}
