import type { Properties } from '@headgate/auth'
import type { CatalogSettings } from '../catalog-settings.ts'
import { readCredential } from '../../connection/credential.ts'
import type { Session } from '../../session.ts'
import { icebergNames } from '../engines/setting-names.ts'
import { noStorage } from '../catalog-settings.ts'

/** Returns the settings of a client for the server that `--url`, a profile or the environment names. */
export function readServer({ settings, warehouse }: Session): CatalogSettings {
  const uri = settings.url.value
  return {
    engine: 'any',
    engineVersion: undefined,
    source: 'the settings of this command line',
    uri,
    warehouse,
    auth: toProperties(settings),
    tokenEndpoint: settings.login === undefined ? `${uri}/v1/oauth/tokens` : undefined,
    headers: {},
    delegation: ['vended-credentials'],
    userSession: false,
    exchangesTokens: false,
    storage: noStorage,
    caFile: undefined,
    names: {
      ...icebergNames('', 'Use --login with the login of the user.'),
      uri: '--url',
      warehouse: '--warehouse',
      credential: '--credential-file',
    },
    problems: [],
  }
}

function toProperties({ url, credential, login }: Session['settings']): Properties {
  if (login !== undefined) return { 'rest.auth.type': 'login', 'rest.auth.login.name': login }
  const client = readCredential(credential)
  if (client === null) return { 'rest.auth.type': 'none' }
  return {
    'rest.auth.type': 'iceberg-legacy',
    credential: `${client.id}:${client.secret}`,
    'oauth2-server-uri': `${url.value}/v1/oauth/tokens`,
    'token-exchange-enabled': false,
    scope: 'catalog',
  }
}
