import { AuthRegistry, fetchTransport, send, type CreateOptions, type Prompts } from '@headgate/auth'
import type { Properties, ReadyProvider } from '@headgate/auth'
import { browse } from './person.ts'
import { SECRET, TOKEN_SECONDS } from './realm.ts'

/** Where the scenes play, and what came of them. */
export interface Stage {
  readonly issuer: string
  readonly clientKey: string
  readonly held: string[]
  readonly failures: string[]
}

type Claims = Readonly<Record<string, unknown>>

/** Plays every scene; one that fails does not keep the others from being played. */
export async function playAll(stage: Stage): Promise<void> {
  for (const [name, scene] of Object.entries(scenes)) {
    try {
      await scene(stage)
      stage.held.push(name)
    } catch (error) {
      stage.failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

const scenes: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
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
  'one request for each renewal under load': underLoad,
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
  'DPoP: the token is bound, and the userinfo endpoint takes the proof': async (stage) => {
    const own = {
      'client-id': 'careful-tool',
      scope: 'openid',
      'grant-type': 'device_code',
      'dpop.enabled': 'true',
    }
    await using auth = await open(stage, own, { prompts: device })
    if (typeof (await claims(auth))['cnf'] !== 'object') throw new Error('the token is bound to no key')
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
    contains(await failure(open(stage, own)), `write it exactly so: ${stage.issuer}`)
  },
}

const alice = { username: 'alice', password: 'alice-pw' }
const tool = { 'client-id': 'tool', scope: 'openid' }
const engine = {
  'client-id': 'trino',
  'client-secret': SECRET,
  'token-exchange.subject-token': '::parent::',
  audience: 'lakehouse',
  scope: 'lakehouse',
}
const device: Prompts = {
  device: ({ verificationUriComplete = '' }) => void browse(verificationUriComplete, alice).catch(() => {}),
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

async function underLoad(stage: Stage): Promise<void> {
  let asked = 0
  let under = 0
  const fetched: CreateOptions['fetch'] = async (url, init) => {
    if (!url.endsWith('/token')) return await fetch(url, init)
    asked++
    if (++under > 1) throw new Error('two token requests at a time')
    return await fetch(url, init).finally(() => under--)
  }
  await using auth = await open(stage, { 'client-id': 'basic', 'client-secret': SECRET }, { fetch: fetched })
  const tokens = new Set<string>()
  const end = Date.now() + TOKEN_SECONDS * 3_000
  let requests = 0
  while (Date.now() < end) {
    const sent = await Promise.all(Array.from({ length: 50 }, () => auth.authenticate(request)))
    requests += sent.length
    for (const { headers } of sent) tokens.add(headers.map(([, value]) => value).join())
    await pause(20)
  }
  if (tokens.size < 3) throw new Error(`${tokens.size} tokens only: nothing was renewed`)
  if (asked > tokens.size + 1) throw new Error(`${asked} token requests for ${tokens.size} tokens`)
  console.error(`  ${requests} requests, ${tokens.size} tokens, ${asked} token requests`)
}

const request = { method: 'GET', url: 'https://catalog.example.com/v1/config', headers: [], body: null }

async function open(stage: Stage, own: Properties, options: CreateOptions = {}): Promise<ReadyProvider> {
  const all = { 'issuer-url': stage.issuer, ...own }
  const properties = Object.entries(all).map(([name, value]) => [`rest.auth.oauth2.${name}`, value] as const)
  return await new AuthRegistry().create(
    { 'rest.auth.type': 'oauth2', ...Object.fromEntries(properties) },
    options,
  )
}

async function isService(stage: Stage, own: Properties): Promise<void> {
  await using auth = await open(stage, own)
  same((await claims(auth))['azp'], own['client-id'])
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

async function claims(auth: ReadyProvider): Promise<Claims> {
  const token = (await auth.token?.())?.value.reveal() ?? ''
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims
}

async function failure(promise: Promise<AsyncDisposable>): Promise<string> {
  try {
    await (await promise)[Symbol.asyncDispose]()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('it was not refused')
}

function same(a: unknown, b: unknown): void {
  if (a !== b) throw new Error(`${JSON.stringify(a)} instead of ${JSON.stringify(b)}`)
}

function different(a: unknown, b: unknown): void {
  if (a === b) throw new Error(`${JSON.stringify(a)} again`)
}

function contains(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`“${text}” does not say “${part}”`)
}

async function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  await promise
}
