import { AuthRegistry, fetchTransport, send } from '@headgate/auth'
import { SECRET } from './realm.ts'
import { claims, contains, device, failure, open, same, tool, type Scenes } from './stage.ts'

/** A catalog says itself whose tokens it takes; the client knows only what it allows, and who it is. */
export const discoveryScenes: Scenes = {
  'discovery: a catalog that trusts the realm names it, and takes the token that comes of it': async (
    stage,
  ) => {
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
    const answer = await send(config, { auth, transport: fetchTransport() })
    // Whether Alice may do anything there is another question: the catalog knows who she is.
    if (answer.status === 401) throw new Error(`the catalog refused the token: ${await answer.text()}`)
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
