import type { ProviderDefinition } from './provider-definition.ts'

/**
 * The authentication providers of this package by type. The code of a provider is loaded when a configuration selects
 * it.
 */
export const builtIns: Readonly<Record<string, () => Promise<ProviderDefinition>>> = {
  none: async () => (await import('./providers/none.ts')).none,
  basic: async () => (await import('./providers/basic.ts')).basic,
  bearer: async () => (await import('./providers/bearer.ts')).bearer,
  'api-key': async () => (await import('./providers/api-key.ts')).apiKey,
  headers: async () => (await import('./providers/headers.ts')).headers,
  command: async () => (await import('./providers/command.ts')).command,
  oauth2: async () => (await import('./providers/oauth2.ts')).oauth2,
  'iceberg-legacy': async () => (await import('./providers/iceberg-legacy.ts')).icebergLegacy,
  google: async () => (await import('./providers/google.ts')).google,
  entra: async () => (await import('./providers/entra.ts')).entra,
  sigv4: async () => (await import('./providers/sigv4.ts')).sigv4,
  sigv4a: async () => (await import('./providers/sigv4.ts')).sigv4a,
}
