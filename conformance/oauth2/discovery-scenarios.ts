import { AuthRegistry } from '@headgate/auth'
import { fetchTransport, send } from '@headgate/http'
import { SECRET } from './realm.ts'
import { claims, contains, device, failure, open, same, tool, type Scenarios } from './stage.ts'

/**
 * Scenarios in which the client discovers the issuer from the metadata of the catalog. Its configuration contains only
 * the allowed issuers and its own identity.
 */
export const discoveryScenarios: Scenarios = {
  'discovery: a catalog that trusts the realm names it, and accepts the resulting token': async (stage) => {
    await using parent = await open(stage, { ...tool, 'grant-type': 'device_code' }, { prompts: device })
    await using auth = await new AuthRegistry().create(
      {
        ...discovering(stage.issuer),
        'rest.auth.oauth2.profile': 'keycloak',
        'rest.auth.oauth2.client-id': 'trino',
        'rest.auth.oauth2.client-secret': SECRET,
        'rest.auth.oauth2.token-exchange.subject-token': '::parent::',
        'rest.auth.oauth2.scope': 'lakehouse',
        'rest.auth.oauth2.audience': 'lakehouse',
      },
      { uri: stage.catalog, parent },
    )
    same((await claims(auth))['iss'], stage.issuer)
    const config = { method: 'GET', url: `${stage.catalog}/v1/config` }
    const response = await send(config, { auth, transport: fetchTransport() })
    // Any status except 401 proves that the catalog has authenticated Alice. The scenario does not test her rights.
    if (response.status === 401) throw new Error(`the catalog refused the token: ${await response.text()}`)
    const stranger = await send(config, { transport: fetchTransport() })
    same(stranger.status, 401)
  },
  'refused: a catalog whose issuer the client does not allow': async (stage) => {
    const properties = {
      ...discovering('https://login.example.com/realms/acme'),
      'rest.auth.oauth2.client-id': 'trino',
      'rest.auth.oauth2.client-secret': SECRET,
    }
    contains(
      await failure(new AuthRegistry().create(properties, { uri: stage.catalog })),
      'rest.auth.discover.allowed.oauth2.issuer-url',
    )
  },
}

function discovering(issuer: string): Record<string, string> {
  return {
    'rest.auth.type': 'discover',
    'rest.auth.discover.allowed': 'oauth2',
    'rest.auth.discover.allowed.oauth2.issuer-url': issuer,
  }
}
