import { randomUUID } from 'node:crypto'
import { memberRanges } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'

/**
 * Storage credential that the upstream catalog vended for the locations below a prefix. `config` contains
 * only properties that this server knows.
 */
export interface VendedCredential {
  /** Prefix of the locations that the credential is for. Empty for all locations of the table. */
  readonly prefix: string
  readonly config: Readonly<Record<string, string>>
}

/** Storage credentials that the upstream catalog returned for one table in one response. */
export interface VendedKeys {
  /** Random id of this response. */
  readonly id: string
  readonly credentials: readonly [VendedCredential, ...VendedCredential[]]
  /** Time at which the first credential expires, in epoch ms. Null for long-lived keys. */
  readonly expiresAt: number | null
  /** Time at which the response was received, in epoch ms. */
  readonly fetchedAt: number
  /**
   * URL at which the upstream catalog renews the credentials, absolute or relative. Null when it returned no
   * URL.
   */
  readonly refreshUrl: string | null
}

/**
 * Lifetime in ms that is assumed for session credentials whose expiry the upstream catalog does not return.
 */
const assumedLifetimeMs = 900_000

const keyNames: ReadonlySet<string> = new Set([
  's3.access-key-id',
  's3.secret-access-key',
  's3.session-token',
  's3.session-token-expires-at-ms',
  'gcs.oauth2.token',
  'gcs.oauth2.token-expires-at',
])
const settingNames: ReadonlySet<string> = new Set([
  'client.region',
  's3.region',
  's3.endpoint',
  's3.path-style-access',
  'gcs.project-id',
])
/** Properties of Azure Data Lake Storage, whose names end in the name of the storage account. */
const accountProperty = /^adls\.sas-token(?:-expires-at-ms)?\.[\w.-]{1,255}$/
const expiryProperty =
  /^(?:s3\.session-token-expires-at-ms|gcs\.oauth2\.token-expires-at|adls\.sas-token-expires-at-ms\..*)$/

/**
 * Decodes the storage credentials in a `LoadTableResult` (also the response to a create request) or a
 * `LoadCredentialsResponse`. Returns null when the response contains no credentials.
 *
 * @param now current time in epoch ms
 * @throws HeadgateError `bad-gateway` when the response is malformed
 */
export function decodeVendedKeys(body: Buffer, now: number): VendedKeys | null {
  const members = memberRanges(body, { config: null, 'storage-credentials': null })
  if (members === null) throw malformed()
  const parse = (name: string): unknown => {
    const range = members.get(name)
    return range === undefined ? null : parseJson(body.toString('utf8', range.start, range.end))
  }
  const config = toTexts(parse('config'))
  const settings = select(config, isSetting)
  const listed = toList(parse('storage-credentials')).flatMap((item) => {
    const { prefix } = item
    const keys = select(toTexts(item['config']), (name) => isKey(name) || isSetting(name))
    return typeof prefix === 'string' && hasKeys(keys)
      ? [{ prefix: plainS3(prefix), config: { ...settings, ...keys } }]
      : []
  })
  const shared = { prefix: '', config: select(config, (name) => isKey(name) || isSetting(name)) }
  const [first, ...others] = listed.length > 0 || !hasKeys(shared.config) ? listed : [shared]
  if (first === undefined) return null
  const refreshUrl = [...toList(parse('storage-credentials')).map((item) => toTexts(item['config'])), config]
    .map((each) => each['client.refresh-credentials-endpoint'] ?? each['credentials.uri'])
    .find((url) => url !== undefined)
  return {
    id: randomUUID(),
    credentials: [first, ...others],
    expiresAt: earliestExpiry([first, ...others], now),
    fetchedAt: now,
    refreshUrl: refreshUrl ?? null,
  }
}

/**
 * Returns the credential whose prefix contains a canonical location. If several prefixes match, returns the
 * credential with the longest one. Returns null when no prefix matches.
 */
export function credentialFor({ credentials }: VendedKeys, location: string): VendedCredential | null {
  const fitting = credentials.filter(({ prefix }) => location.startsWith(prefix))
  return fitting.toSorted((a, b) => b.prefix.length - a.prefix.length)[0] ?? null
}

function earliestExpiry(credentials: readonly VendedCredential[], now: number): number | null {
  const ends = credentials.map(({ config }) => {
    const times = Object.entries(config).flatMap(([name, value]) =>
      expiryProperty.test(name) && /^\d{1,16}$/.test(value) ? [Number(value)] : [],
    )
    if (times.length > 0) return Math.min(...times)
    const isLongLived = config['s3.access-key-id'] !== undefined && config['s3.session-token'] === undefined
    return isLongLived ? Infinity : now + assumedLifetimeMs
  })
  const end = Math.min(...ends)
  return end === Infinity ? null : end
}

function isKey(name: string): boolean {
  return keyNames.has(name) || accountProperty.test(name)
}

function isSetting(name: string): boolean {
  return settingNames.has(name)
}

function hasKeys(config: Readonly<Record<string, string>>): boolean {
  return (
    (config['s3.access-key-id'] !== undefined && config['s3.secret-access-key'] !== undefined) ||
    config['gcs.oauth2.token'] !== undefined ||
    Object.keys(config).some((name) => name.startsWith('adls.sas-token.'))
  )
}

/**
 * Returns a prefix with the scheme `s3` in place of the schemes of Hadoop, such as `s3a`, which some catalogs
 * use.
 */
function plainS3(prefix: string): string {
  return prefix.replace(/^s3[an]:/, 's3:')
}

function select(
  config: Readonly<Record<string, string>>,
  isWanted: (name: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => isWanted(name)))
}

function toTexts(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function toList(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed()
  }
}

function malformed(): HeadgateError {
  return new HeadgateError('bad-gateway', 'The upstream returned malformed storage credentials.')
}
