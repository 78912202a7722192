import { randomUUID } from 'node:crypto'
import { memberRanges } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'

/** Storage credential of the upstream for the locations below a prefix, restricted to known properties. */
export interface VendedCredential {
  /** Empty for a credential without a prefix. */
  readonly prefix: string
  readonly config: Readonly<Record<string, string>>
}

/** Storage credentials that the upstream returned for one table. */
export interface VendedKeys {
  /** Unique id of this response. */
  readonly id: string
  readonly credentials: readonly [VendedCredential, ...VendedCredential[]]
  /** Epoch ms. Null: long-lived keys. */
  readonly expiresAt: number | null
  /** Epoch ms. */
  readonly fetchedAt: number
  /** URL, absolute or relative to the upstream, at which the upstream renews them. Null: it returned none. */
  readonly refreshUrl: string | null
}

/** Lifetime in ms of the keys of a session whose expiry the upstream does not return. */
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
/** Properties of Azure Data Lake Storage. They end in the name of the account. */
const accountProperty = /^adls\.sas-token(?:-expires-at-ms)?\.[\w.-]{1,255}$/
const expiryProperty =
  /^(?:s3\.session-token-expires-at-ms|gcs\.oauth2\.token-expires-at|adls\.sas-token-expires-at-ms\..*)$/

/**
 * Decodes the storage credentials in a `LoadTableResult`, `LoadCredentialsResponse` or a created table. Returns null when
 * the response contains none.
 *
 * @param now epoch ms
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

/** Returns the credential for a canonical location: the one with the longest prefix, or null when none fits. */
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

/** Returns a prefix with the scheme s3. Catalogs also use the schemes of Hadoop. */
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
