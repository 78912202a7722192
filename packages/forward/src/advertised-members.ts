import { isServerSettable } from '@headgate/auth'
import { parse } from '@headgate/json'
import type { AdvertisedUrls } from './advertised-url.ts'
import { spliceValues } from './json-members.ts'
import { protocolOf } from './protocol.ts'

/**
 * Members of Iceberg's answers that hold configuration for clients: `getConfig` (`defaults`, `overrides`), tables and
 * views that are loaded or made (`config`), storage credentials (`storage-credentials`, also of scan plans).
 */
export const configMembers: ReadonlySet<string> = new Set([
  'defaults',
  'overrides',
  'config',
  'storage-credentials',
])

/** Configuration keys whose value is an address at the catalog, or one relative to it. */
const addresses = new Set([
  'uri',
  'oauth2-server-uri',
  'credentials.uri',
  'client.refresh-credentials-endpoint',
  'gcs.oauth2.refresh-credentials-endpoint',
  'adls.refresh-credentials-endpoint',
  'signer.uri',
  'signer.endpoint',
  's3.signer.uri',
  's3.signer.endpoint',
  'rest.remote-signing.uri',
  'rest.remote-signing.endpoint',
])

/** What clients repeat to the signer, unchanged: no server sets anything else below `rest.`. */
const forSigner = 'rest.remote-signing.config'

export interface MemberRules {
  readonly urls: AdvertisedUrls
  /** Hears the key of what was left out, because it leads elsewhere or no server may set it. */
  readonly leftOut: (key: string) => void
}

/**
 * The text of a member of {@link configMembers} as clients of ours may have it: addresses of the upstream become ours,
 * those elsewhere are left out, and so is what a server may never set at a client (tokens, other ways to authenticate,
 * headers): the client would send it to us, and has to send what we ask for. Numbers and all else stay as written.
 *
 * @throws JsonError when it is not JSON
 */
export function rewriteMember(name: string, text: string, rules: MemberRules): string {
  parse(text)
  if (name === 'storage-credentials') {
    if (!text.startsWith('[')) return text
    return spliceValues(text, (credential) =>
      credential.startsWith('{')
        ? spliceValues(credential, (value, key) => (key === 'config' ? rewriteConfig(value, rules) : value))
        : credential,
    )
  }
  return rewriteConfig(text, rules)
}

function rewriteConfig(text: string, { urls, leftOut }: MemberRules): string {
  if (!text.startsWith('{')) return text
  return spliceValues(text, (value, key = '') => {
    const name = key.trim().toLowerCase()
    const may = name === 'prefix' ? !hidesProtocol(value) : isServerSettable(key) || name === forSigner
    const next = addresses.has(name) ? rewriteAddress(value, urls) : may ? value : undefined
    if (next === undefined) leftOut(key)
    return next
  })
}

/** Whether paths with this prefix would be taken for Lance's, whose answers are not looked at. */
function hidesProtocol(value: string): boolean {
  const prefix = parse(value)
  const path = typeof prefix === 'string' ? URL.parse(`http://catalog/v1/${prefix}/`)?.pathname : undefined
  return path !== undefined && protocolOf(path) === 'lance'
}

function rewriteAddress(value: string, urls: AdvertisedUrls): string | undefined {
  const address = parse(value)
  if (typeof address !== 'string') return address === null ? value : undefined
  const said = urls(address, 'catalog')
  if ('keep' in said) return value
  return 'replace' in said ? JSON.stringify(said.replace) : undefined
}
