import { parse } from '@headgate/json'
import type { AdvertisedUrls } from './advertised-url.ts'
import { spliceValues } from './json-members.ts'
import type { PassedProperties } from './passed-properties.ts'
import { detectProtocol } from './protocol.ts'

/**
 * Names of the members of Iceberg responses that contain configuration for clients. The response of `getConfig` has
 * `defaults`, `overrides` and `endpoints`, tables and views have `config`, and tables and scan plans have
 * `storage-credentials`.
 */
export const configMembers: ReadonlySet<string> = new Set([
  'defaults',
  'overrides',
  'endpoints',
  'config',
  'storage-credentials',
])

/** Configuration properties whose value is a URL of the catalog, either absolute or relative. */
const addresses = new Set([
  'uri',
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

/**
 * Form of an element of the member `endpoints`: an HTTP method and a path template. The form allows no host name, so
 * that an element cannot direct clients to another server.
 */
const endpoint = /^[A-Z]{1,16} (?!\/\/)[\w/{}%~.-]+$/

/**
 * Reason why the proxy removed a property. `refused`: a catalog must not set this property, or its value is a URL of
 * another server. `unknown`: the property is not in the allow-list.
 */
export type LeftOutReason = 'refused' | 'unknown'

export interface MemberRules {
  readonly urls: AdvertisedUrls
  readonly properties: PassedProperties
  /** Called with the name of each property that the proxy removed from a response. */
  readonly leftOut: (name: string, reason: LeftOutReason) => void
}

/**
 * Returns the text of a member of {@link configMembers} as clients of the proxy receive it. Replaces URLs of the
 * upstream by URLs of the proxy and removes other URLs. Removes every other property that is not in the allow-list
 * (`passed-properties.ts`), because a client would send the secret of the proxy to a URL in such a property. Values
 * that are not removed keep their text.
 *
 * @throws JsonError when `text` is not JSON
 */
export function rewriteMember(name: string, text: string, rules: MemberRules): string {
  if (parse(text) === null) return text
  if (name === 'endpoints') return rewriteEndpoints(text, rules)
  if (name !== 'storage-credentials') return rewriteConfig(text, rules)
  if (!text.startsWith('[')) return '[]'
  return spliceValues(text, (credential) =>
    credential.startsWith('{')
      ? spliceValues(credential, (value, key) => (key === 'config' ? rewriteConfig(value, rules) : value))
      : undefined,
  )
}

function rewriteEndpoints(text: string, { leftOut }: MemberRules): string {
  // A client that receives null uses the default endpoints of the Iceberg REST specification.
  if (!text.startsWith('[')) return 'null'
  return spliceValues(text, (element) => {
    const value = parse(element)
    if (typeof value === 'string' && endpoint.test(value)) return element
    leftOut('endpoints', 'refused')
    return undefined
  })
}

function rewriteConfig(text: string, { urls, properties, leftOut }: MemberRules): string {
  if (!text.startsWith('{')) return '{}'
  return spliceValues(text, (written, name = '') => {
    const value = parse(written)
    if (addresses.has(name.trim().toLowerCase())) {
      const address = rewriteAddress(written, value, urls)
      if (address === undefined) leftOut(name, 'refused')
      return address
    }
    const decision = name === 'prefix' && hidesProtocol(value) ? 'refused' : properties.decide(name, value)
    if (decision !== 'pass') {
      leftOut(name, decision)
      return undefined
    }
    return properties.isAdded(name) ? (rewriteAddress(written, value, urls) ?? written) : written
  })
}

/**
 * Returns whether paths with this catalog prefix look like paths of the Lance protocol. The proxy must refuse such a
 * prefix, because it does not parse Lance responses.
 */
function hidesProtocol(prefix: unknown): boolean {
  const path = typeof prefix === 'string' ? URL.parse(`http://catalog/v1/${prefix}/`)?.pathname : undefined
  return path !== undefined && detectProtocol(path) === 'lance'
}

/** Returns the JSON text of the URL that clients receive, or undefined if the URL belongs to another server. */
function rewriteAddress(text: string, address: unknown, urls: AdvertisedUrls): string | undefined {
  if (typeof address !== 'string') return address === null ? text : undefined
  const advertised = urls(address, 'catalog')
  if ('keep' in advertised) return text
  return 'replace' in advertised ? JSON.stringify(advertised.replace) : undefined
}
