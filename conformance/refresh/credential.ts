import { type Answer, memberOf, mapAt } from './catalog-client.ts'
import { demand } from '../lib/outcome.ts'

/** A `StorageCredential` as it came. */
export interface Credential {
  readonly prefix: string
  readonly config: Readonly<Record<string, string>>
  /** The typed member `storage-refresh-token`. */
  readonly token: string | undefined
}

/** The credentials in an answer to a create, a load, or a request for credentials. */
export function credentialsIn(answer: Answer): Credential[] {
  const list = memberOf(answer.json, 'storage-credentials')
  if (list === undefined || list === null) return []
  demand(Array.isArray(list), `storage-credentials is no list: ${answer.text.slice(0, 200)}`)
  return list.map((entry: unknown) => {
    const prefix = memberOf(entry, 'prefix')
    const token = memberOf(entry, 'storage-refresh-token')
    demand(typeof prefix === 'string', 'a storage credential has no prefix')
    demand(
      token === undefined || (typeof token === 'string' && token !== ''),
      'storage-refresh-token is not a text',
    )
    return { prefix, config: mapAt(entry, 'config'), token }
  })
}

/** The only credential of an answer that must have exactly one. */
export function onlyCredential(answer: Answer, what: string): Credential {
  demand(answer.status === 200, `${what}: expected 200, got ${inShort(answer)}`)
  const list = credentialsIn(answer)
  const [first] = list
  demand(
    first !== undefined && list.length === 1,
    `${what}: expected exactly one credential, got ${list.length}`,
  )
  return first
}

/** What a credential is worth something for: its keys, without where the store is and when they end. */
export function secretsOf({ config }: Credential): string {
  const names = Object.keys(config).filter((name) =>
    /access-key|secret|session-token$|sas-token|oauth2\.token$|password/.test(name),
  )
  return names
    .toSorted()
    .map((name) => `${name}=${config[name] ?? ''}`)
    .join('\n')
}

/** Epoch ms at which a credential says that it ends. */
export function expiryOf({ config }: Credential): number | undefined {
  const named = Object.entries(config).find(([name]) =>
    /(?:expires-at-ms|token-expires-at|expires-at)$/.test(name),
  )
  const at = named === undefined ? Number.NaN : Number(named[1])
  return Number.isFinite(at) ? at : undefined
}

/** Type and message of an error in Iceberg's form. */
export function errorIn(answer: Answer): { readonly type: string; readonly message: string } {
  const type = memberOf(answer.json, 'error', 'type')
  const message = memberOf(answer.json, 'error', 'message')
  return { type: typeof type === 'string' ? type : '', message: typeof message === 'string' ? message : '' }
}

/** For reports. Never shows what came with a 2xx: it may hold keys. */
export function inShort(answer: Answer): string {
  const { type, message } = errorIn(answer)
  const detail = answer.status < 300 ? '' : ` ${type} ${message}`.trimEnd()
  return `${answer.status}${detail.slice(0, 300)}`
}
