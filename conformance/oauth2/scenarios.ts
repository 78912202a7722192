import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthRegistry, type CreateOptions, type Prompts, type Properties } from '@headgate/auth'
import { browse } from '@headgate/testkit'
import { fetchTransport, send } from '@headgate/http'
import { inSeconds, signJwt } from '../lib/jwt.ts'
import { assertionScenarios } from './assertion-scenarios.ts'
import { discoveryScenarios } from './discovery-scenarios.ts'
import { SECRET, TOKEN_SECONDS } from './realm.ts'
import {
  alice,
  claims,
  contains,
  device,
  different,
  failure,
  isService,
  open,
  pause,
  request,
  same,
  tool,
  type Scenarios,
  type Stage,
} from './stage.ts'

/** Runs all scenarios, even if some of them fail, and records their results. */
export async function runAll(stage: Stage): Promise<void> {
  for (const [name, scenario] of Object.entries(allScenarios)) {
    try {
      await scenario(stage)
      stage.held.push(name)
    } catch (error) {
      stage.failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

const scenarios: Scenarios = {
  'client credentials by client_secret_basic': async (stage) =>
    await isService(stage, { 'client-id': 'basic', 'client-secret': SECRET }),
  'client credentials by client_secret_post': async (stage) =>
    await isService(stage, {
      'client-id': 'basic',
      'client-secret': SECRET,
      'client-auth': 'client_secret_post',
    }),
  'client credentials by client_secret_jwt': async (stage) =>
    await isService(stage, {
      'client-id': 'mac',
      'client-secret': SECRET,
      'client-auth': 'client_secret_jwt',
    }),
  'client credentials by private_key_jwt': async (stage) =>
    await isService(stage, { 'client-id': 'signing', 'client-auth.jwt.private-key': stage.clientKey }),
  'client credentials by a statement in a file': async (stage) => {
    const path = join(tmpdir(), `headgate-statement-${process.pid}`)
    const statement = { iss: 'signing', sub: 'signing', aud: stage.issuer, jti: randomUUID() }
    writeFileSync(path, signJwt(stage.signing, { ...statement, iat: inSeconds(0), exp: inSeconds(60) }))
    try {
      await isService(stage, { 'client-id': 'signing', 'client-auth.assertion-file': path })
    } finally {
      rmSync(path)
    }
  },
  'one request for each renewal under load': async (stage) =>
    await underLoad(stage, { 'client-id': 'basic', 'client-secret': SECRET }),
  'one request for each renewal under load, by refresh tokens that are good once': async (stage) =>
    await underLoad(stage, { ...tool, 'grant-type': 'device_code' }, { prompts: device }),
  'a person logs in on a device, and their token is exchanged by the engine': exchange,
  'a person logs in with a browser': async (stage) => {
    const back = 'http://127.0.0.1:1/back'
    const browser: Prompts['browser'] = async ({ urlFor }) => await browse(urlFor(back), alice, back)
    await using auth = await open(
      stage,
      { ...tool, 'grant-type': 'authorization_code' },
      { prompts: { browser } },
    )
    same((await claims(auth))['azp'], 'tool')
  },
  'refresh tokens rotate, and who it is stays': async (stage) => {
    await using auth = await open(stage, { ...tool, 'grant-type': 'device_code' }, { prompts: device })
    const before = await claims(auth)
    await pause(TOKEN_SECONDS * 1_000)
    const after = await claims(auth)
    same(after['sub'], before['sub'])
    different(after['jti'], before['jti'])
  },
  'DPoP: the token is bound, and the userinfo endpoint accepts the proof': async (stage) => {
    const own = {
      'client-id': 'careful-tool',
      scope: 'openid',
      'grant-type': 'device_code',
      'dpop.enabled': 'true',
    }
    await using auth = await open(stage, own, { prompts: device })
    if (typeof (await claims(auth))['cnf'] !== 'object') throw new Error('the token is not bound to a key')
    const request = { method: 'GET', url: `${stage.issuer}/protocol/openid-connect/userinfo` }
    same((await send(request, { auth, transport: fetchTransport() })).status, 200)
    const { value } = (await auth.token?.()) ?? {}
    const stolen = await fetch(request.url, { headers: { authorization: `Bearer ${value?.reveal()}` } })
    same(stolen.status, 401)
  },
  'DPoP for a service': async (stage) =>
    await isService(stage, { 'client-id': 'bound', 'client-secret': SECRET, 'dpop.enabled': 'true' }),
  'refused: an audience that no scope reaches': async (stage) =>
    await refused(stage, { ...engine, audience: 'basic' }, 'audience mapper'),
  'refused: a client that may not exchange': async (stage) =>
    await refused(stage, { ...engine, 'client-id': 'basic' }, 'Switch on Standard token exchange'),
  'refused: a token that is not for the engine': async (stage) => {
    await using parent = await open(stage, { 'client-id': 'basic', 'client-secret': SECRET })
    await refused(stage, engine, 'audience mapper for this client', { parent })
  },
  'refused: the dialect of Iceberg, which proves no client': async (stage) => {
    const at = {
      'rest.auth.type': 'iceberg-legacy',
      'oauth2-server-uri': `${stage.issuer}/protocol/openid-connect/token`,
    }
    await using parent = await open(stage, { ...tool, 'grant-type': 'device_code' }, { prompts: device })
    const user = (await parent.token?.())?.value.reveal() ?? ''
    const properties = { ...at, 'rest.auth.iceberg-legacy.subject-token': user, scope: 'lakehouse' }
    const message = await failure(new AuthRegistry().create(properties, { parent }))
    contains(message, 'set rest.auth.type=oauth2')
  },
  'refused: a wrong secret': async (stage) => {
    contains(
      await failure(open(stage, { 'client-id': 'basic', 'client-secret': 'wrong' })),
      'Check the id and the secret',
    )
  },
  'refused: an issuer that is named otherwise': async (stage) => {
    const own = { 'client-id': 'basic', 'client-secret': SECRET, 'issuer-url': `${stage.issuer}/` }
    contains(await failure(open(stage, own)), `set exactly ${stage.issuer}`)
  },
}

const engine = {
  'client-id': 'trino',
  'client-secret': SECRET,
  'token-exchange.subject-token': '::parent::',
  audience: 'lakehouse',
  scope: 'lakehouse',
}
async function exchange(stage: Stage): Promise<void> {
  await using parent = await open(stage, { ...tool, 'grant-type': 'device_code' }, { prompts: device })
  const user = await claims(parent)
  await using auth = await open(stage, { profile: 'keycloak', ...engine }, { parent })
  const { sub, azp, aud } = await claims(auth)
  same(sub, user['sub'])
  same(azp, 'trino')
  same(aud, 'lakehouse')
  await pause(TOKEN_SECONDS * 1_000)
  same((await claims(auth))['sub'], user['sub'])
}

async function underLoad(stage: Stage, own: Properties, more: CreateOptions = {}): Promise<void> {
  let asked = 0
  let under = 0
  const fetched: CreateOptions['fetch'] = async (url, init) => {
    if (!url.endsWith('/token')) return await fetch(url, init)
    asked++
    if (++under > 1) throw new Error('two token requests at a time')
    return await fetch(url, init).finally(() => under--)
  }
  await using auth = await open(stage, own, { ...more, fetch: fetched })
  // Logs in before the measurement, which expects that this login needs the only token request.
  await auth.authenticate(request)
  asked = 1
  const tokens = new Set<string>()
  const end = Date.now() + TOKEN_SECONDS * 3_000
  let requests = 0
  while (Date.now() < end) {
    const sent = await Promise.all(Array.from({ length: 50 }, () => auth.authenticate(request)))
    requests += sent.length
    for (const { headers } of sent) tokens.add(headers.map(([, value]) => value).join())
    await pause(20)
  }
  if (tokens.size < 3) throw new Error(`Only ${tokens.size} tokens were used, so the token was not renewed`)
  if (asked > tokens.size + 1) throw new Error(`${asked} token requests were sent for ${tokens.size} tokens`)
  console.error(`  ${requests} requests, ${tokens.size} tokens, ${asked} token requests`)
}

async function refused(
  stage: Stage,
  own: Properties,
  hint: string,
  options: CreateOptions = {},
): Promise<void> {
  await using login = await open(stage, { ...tool, 'grant-type': 'device_code' }, { prompts: device })
  const profile = { profile: 'keycloak' }
  contains(await failure(open(stage, { ...profile, ...own }, { parent: login, ...options })), hint)
}

const allScenarios: Scenarios = { ...scenarios, ...assertionScenarios, ...discoveryScenarios }
