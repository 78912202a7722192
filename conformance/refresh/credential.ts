import { type Response, readMember, mapAt } from './catalog-client.ts'
import { demand } from '../lib/outcome.ts'

/** Storage credential (`StorageCredential` of the Iceberg REST specification) in a response of the server. */
export interface Credential {
  readonly prefix: string
  readonly config: Readonly<Record<string, string>>
  /** Value of the member `storage-refresh-token`, or undefined if it is absent or not a string. */
  readonly token: string | undefined
}

/** Returns the storage credentials in the response to a create, a load, or a request for credentials. */
export function credentialsIn(response: Response): Credential[] {
  const list = readMember(response.json, 'storage-credentials')
  if (list === undefined || list === null) return []
  demand(Array.isArray(list), `storage-credentials is not a list: ${response.text.slice(0, 200)}`)
  return list.map((entry: unknown) => {
    const prefix = readMember(entry, 'prefix')
    const token = readMember(entry, 'storage-refresh-token')
    demand(typeof prefix === 'string', 'a storage credential has no prefix')
    demand(
      token === undefined || (typeof token === 'string' && token !== ''),
      'storage-refresh-token is not a text',
    )
    return { prefix, config: mapAt(entry, 'config'), token }
  })
}

/** Returns the only storage credential in a response. The check fails if the response does not contain exactly one. */
export function onlyCredential(response: Response, what: string): Credential {
  demand(response.status === 200, `${what}: expected 200, got ${inShort(response)}`)
  const list = credentialsIn(response)
  const [first] = list
  demand(
    first !== undefined && list.length === 1,
    `${what}: expected exactly one credential, got ${list.length}`,
  )
  return first
}

/** Returns the secret properties of a storage credential as text, not including its endpoint and expiry. */
export function readSecrets({ config }: Credential): string {
  const names = Object.keys(config).filter((name) =>
    /access-key|secret|session-token$|sas-token|oauth2\.token$|password/.test(name),
  )
  return names
    .toSorted()
    .map((name) => `${name}=${config[name] ?? ''}`)
    .join('\n')
}

/** Returns the expiry of a storage credential in epoch ms. */
export function readExpiry({ config }: Credential): number | undefined {
  const named = Object.entries(config).find(([name]) =>
    /(?:expires-at-ms|token-expires-at|expires-at)$/.test(name),
  )
  const at = named === undefined ? Number.NaN : Number(named[1])
  return Number.isFinite(at) ? at : undefined
}

/** Returns the type and the message in an error response of the Iceberg REST API. */
export function errorIn(response: Response): { readonly type: string; readonly message: string } {
  const type = readMember(response.json, 'error', 'type')
  const message = readMember(response.json, 'error', 'message')
  return { type: typeof type === 'string' ? type : '', message: typeof message === 'string' ? message : '' }
}

/** Summarizes a response in one line for reports. Omits the body of a 2xx response, because it may contain keys. */
export function inShort(response: Response): string {
  const { type, message } = errorIn(response)
  const detail = response.status < 300 ? '' : ` ${type} ${message}`.trimEnd()
  return `${response.status}${detail.slice(0, 300)}`
}
