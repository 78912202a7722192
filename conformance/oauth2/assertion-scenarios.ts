import { randomUUID } from 'node:crypto'
import { AuthRegistry, Secret, type AuthProvider, type Properties, type ReadyProvider } from '@headgate/auth'
import { inSeconds, signJwt, type Claims } from '../lib/jwt.ts'
import { ALICE_AT_PARTNER, PARTNER, SECRET, TOKEN_SECONDS } from './realm.ts'
import {
  claims,
  contains,
  device,
  different,
  failure,
  open,
  pause,
  same,
  tool,
  type Scenarios,
  type Stage,
} from './stage.ts'

/**
 * Scenarios of the JWT authorization grant (RFC 7523): a partner company signs an assertion about a user, and an
 * engine exchanges it for a token of this user.
 */
export const assertionScenarios: Scenarios = {
  'JWT authorization grant: the client gets a token for the user of a partner’s assertion, and a new token for a new assertion':
    async (stage) => {
      const named: string[] = []
      await using auth = await asserted(stage, { record: named })
      const before = await claims(auth)
      same(before['azp'], 'trino')
      await using person = await open(stage, { ...tool, 'grant-type': 'device_code' }, { prompts: device })
      same(before['sub'], (await claims(person))['sub'])
      await pause(TOKEN_SECONDS * 1_000)
      const after = await claims(auth)
      same(after['sub'], before['sub'])
      different(after['jti'], before['jti'])
      if (new Set(named).size < 2) throw new Error('an assertion was presented twice')
    },
  'refused: an assertion that was used before': async (stage) => {
    const jti = randomUUID()
    await using auth = await asserted(stage, { claims: { jti } })
    same((await claims(auth))['azp'], 'trino')
    await refused(stage, { claims: { jti } }, 'was used before')
  },
  'refused: an assertion that has ended': async (stage) =>
    await refused(
      stage,
      { claims: { iat: inSeconds(-120), exp: inSeconds(-60) } },
      'The assertion is expired',
    ),
  'refused: an assertion for another audience': async (stage) =>
    await refused(stage, { claims: { aud: 'https://other.example' } }, 'audience'),
  'refused: an assertion of an unknown user': async (stage) =>
    await refused(stage, { claims: { sub: 'nobody' } }, 'linked'),
  'refused: an assertion without an id': async (stage) =>
    await refused(stage, { claims: { jti: undefined } }, 'The assertion'),
  'refused: a client that may not present assertions': async (stage) =>
    await refused(stage, { own: { 'client-id': 'basic' } }, 'Switch on JWT Authorization Grant'),
}

interface Asserted {
  readonly claims?: Claims
  readonly own?: Properties
  /** List that receives the `jti` of each created assertion. */
  readonly record?: string[]
}

/** Opens a session with a custom auth provider that creates an assertion for each token request. */
async function asserted(
  stage: Stage,
  { claims = {}, own = {}, record }: Asserted = {},
): Promise<ReadyProvider> {
  const registry = new AuthRegistry()
  registry.register('partner', (): AuthProvider => ({
    authenticate: async (request) => request,
    token: async () => {
      const jti = randomUUID()
      record?.push(jti)
      const usual = {
        iss: PARTNER,
        sub: ALICE_AT_PARTNER,
        aud: stage.issuer,
        iat: inSeconds(0),
        exp: inSeconds(60),
        jti,
      }
      return { value: new Secret(signJwt(stage.partner, { ...usual, ...claims })) }
    },
  }))
  const all: Properties = {
    'issuer-url': stage.issuer,
    profile: 'keycloak',
    'client-id': 'trino',
    'client-secret': SECRET,
    scope: 'lakehouse',
    'jwt-bearer.assertion-auth-type': 'partner',
    ...own,
  }
  const properties = Object.entries(all).map(([name, value]) => [`rest.auth.oauth2.${name}`, value] as const)
  return await registry.create({ 'rest.auth.type': 'oauth2', ...Object.fromEntries(properties) })
}

async function refused(stage: Stage, how: Asserted, hint: string): Promise<void> {
  contains(await failure(asserted(stage, how)), hint)
}
