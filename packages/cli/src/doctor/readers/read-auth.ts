import type { Properties } from '@headgate/auth'
import type { Entries } from './reader.ts'

/** Names of the properties that configure token requests in Iceberg's clients before 2.0. */
const legacyNames = [
  'credential',
  'token',
  'oauth2-server-uri',
  'scope',
  'audience',
  'resource',
  'token-expires-in-ms',
  'token-refresh-enabled',
  'token-exchange-enabled',
]

/** Values of the property `rest.auth.type` with which Iceberg's clients send token requests as before version 2.0. */
const legacyTypes = new Set(['oauth2', 'legacyoauth2', 'org.apache.iceberg.rest.auth.OAuth2Manager'])

/** Settings of PyIceberg's OAuth2 manager that do not change its token requests. */
const ignored = new Set(['auth.oauth2.refresh_margin', 'auth.oauth2.expires_in', 'auth.oauth2.scope'])

/**
 * Converts the authentication properties of an Iceberg client to the properties of an auth provider that sends the
 * same requests.
 *
 * @param renewsToken whether the client exchanges a configured token for a new one, as Iceberg for Java does
 */
export function readAuth(properties: Entries, renewsToken: boolean): Properties {
  const type = findType(properties)
  if (type === undefined || isLegacy(type, properties)) return readLegacy(properties, renewsToken)
  const names = Object.keys(properties).filter((name) => isAuthProperty(name, type) && !ignored.has(name))
  const scope = properties['auth.oauth2.scope']
  return {
    ...pick(properties, names),
    ...(scope === undefined ? {} : { 'auth.oauth2.scope': scope }),
  }
}

function findType(properties: Entries): string | undefined {
  const type = properties['rest.auth.type'] ?? properties['auth.type']
  if (type !== undefined) return type
  return properties['rest.sigv4-enabled']?.toLowerCase() === 'true' ? 'sigv4' : undefined
}

function isLegacy(type: string, properties: Entries): boolean {
  const hasOwnSettings = Object.keys(properties).some((name) => /^(rest\.)?auth\.oauth2\./.test(name))
  return legacyTypes.has(type) && !hasOwnSettings
}

function readLegacy(properties: Entries, renewsToken: boolean): Properties {
  const { credential, token } = properties
  const settings = pick(properties, legacyNames)
  const renews = renewsToken && properties['token-refresh-enabled']?.toLowerCase() !== 'false'
  if (credential !== undefined || (token !== undefined && renews))
    return { ...settings, 'rest.auth.type': 'iceberg-legacy' }
  return token === undefined ? { 'rest.auth.type': 'none' } : { 'rest.auth.type': 'bearer', token }
}

function isAuthProperty(name: string, type: string): boolean {
  if (/^(rest\.)?auth\./.test(name)) return true
  if (/sigv4/i.test(type))
    return /^(rest\.(sigv4|signing|access-key|secret-access|session-token)|client\.)/.test(name)
  return legacyNames.includes(name) && /oauth2/i.test(type)
}

function pick(properties: Entries, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = properties[name]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}
