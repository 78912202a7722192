import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ContextOptions } from '../../context-options.ts'
import { openExternal } from '../../identity/issuers/open-external.ts'
import { ConfigError } from '../config-error.ts'
import { readIssuers } from './read-issuers.ts'
import { secondLegProfiles } from './second-leg-schema.ts'

const issuer = 'https://idp.example/realms/lake'
const own = { clientId: 'headgate', clientSecretEnv: 'SECRET' }
const other = { issuer: 'https://as.example', audience: 'lake' }
const next = { issuer: other.issuer, ...own }

/** What each profile needs, and no more. */
const least = {
  keycloak: own,
  entra: { ...own, scope: 'api://lake/.default' },
  okta: { ...own, audience: 'api://lake', scope: 'catalog' },
  auth0: { ...own, audience: 'https://lake.example/api' },
  'google-sts': {
    audience: '//iam.googleapis.com/locations/global/workforcePools/p/providers/o',
    subjectAudience: 'p',
  },
  'generic-8693': own,
  'generic-7523': own,
  chained: { ...own, audience: 'https://as.example', next },
} satisfies Record<(typeof secondLegProfiles)[number], object>

let folder: string
let keyFile: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-leg-'))
  keyFile = join(folder, 'key.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
})

function read(secondLeg: object, entry: object = {}): ContextOptions['issuers'] {
  const first = { issuer, audience: 'lake', ...entry, secondLeg }
  return readIssuers(JSON.stringify([first, other]), { SECRET: 's3cret' })
}

function problems(secondLeg: object, entry: object = {}): string {
  try {
    read(secondLeg, entry)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('a second leg', () => {
  test.each(secondLegProfiles)('%s needs little, and what is read of it can be opened', (profile) => {
    expect(problems({ profile, ...least[profile] })).toBe('')
    const issuers = read({ profile, ...least[profile] })
    const sql = { run: () => Promise.reject(new Error('not asked')) }
    const opened = openExternal({
      sql: sql as never,
      issuers,
      tokenEndpoint: 'https://catalog.example',
      mark: () => sql,
    })
    expect(opened?.secondLegs.findProfile(issuer)).toBe(profile)
    expect(opened?.secondLegs.findProfile(other.issuer)).toBeNull()
  })

  test('has careful defaults', () => {
    expect(read({ profile: 'keycloak', ...own })[0]?.secondLeg).toMatchObject({
      client: { id: 'headgate', proof: { method: 'client_secret_basic' } },
      subjectAudiences: ['headgate'],
      answer: 'verified',
      timeoutMs: 5_000,
      tokenEndpoint: null,
      next: null,
    })
    expect(read({ profile: 'entra', ...least.entra })[0]?.secondLeg?.client?.proof.method).toBe(
      'client_secret_post',
    )
    expect(read({ profile: 'keycloak', clientId: 'a', privateKeyFile: keyFile })[0]?.secondLeg).toMatchObject(
      {
        client: { id: 'a', proof: { method: 'private_key_jwt', keyId: null, audience: null } },
      },
    )
  })

  test('keeps its secret and its key to itself', () => {
    const seen = [own, { clientId: 'a', privateKeyFile: keyFile }]
      .map((client) => read({ profile: 'generic-8693', ...client }))
      .map((issuers) => inspect(issuers, { depth: 9 }) + JSON.stringify(issuers))
      .join()
    expect(seen).not.toContain('s3cret')
    expect(seen).not.toContain('PRIVATE KEY')
  })

  test.each<[string, object, RegExp, object?]>([
    ['an unknown profile', { profile: 'acme' }, /profile/],
    ['an unknown setting', { profile: 'keycloak', ...own, audiance: 'x' }, /audiance/],
    ['no client', { profile: 'keycloak' }, /needs clientId.*\n.*one of them/],
    ['two proofs', { profile: 'keycloak', ...own, clientSecretFile: '/x' }, /one of them/],
    [
      'a way that does not fit',
      { profile: 'keycloak', ...own, clientAuth: 'private_key_jwt' },
      /no privateKeyFile/,
    ],
    ['settings of a key without one', { profile: 'keycloak', ...own, keyId: 'k' }, /are of a privateKeyFile/],
    [
      'a key that is not there',
      { profile: 'keycloak', clientId: 'a', privateKeyFile: '/no/such' },
      /cannot be read/,
    ],
    [
      'a secret that is not there',
      { profile: 'keycloak', ...own, clientSecretEnv: 'OTHER' },
      /OTHER .* is not set/,
    ],
    ['http', { profile: 'keycloak', ...own, tokenEndpoint: 'http://idp.example/token' }, /https/],
    ['a comma in an audience', { profile: 'keycloak', ...own, audience: 'a,b' }, /comma/],
    [
      'a parameter of its own',
      { profile: 'keycloak', ...own, parameters: { subject_token: 'x' } },
      /setting of its own/,
    ],
    [
      'a resource at Keycloak',
      { profile: 'keycloak', ...own, resource: 'https://r.example' },
      /knows no resource/,
    ],
    ['no scope at Entra', { profile: 'entra', ...own }, /entra wants the scope/],
    ['no scope at Okta', { profile: 'okta', ...own, audience: 'a' }, /okta wants audience and scope/],
    ['two APIs at Auth0', { profile: 'auth0', ...own, audience: ['a', 'b'] }, /one audience/],
    ['a client at Google', { profile: 'google-sts', ...least['google-sts'], ...own }, /no name at Google/],
    ['no audience of users at Google', { profile: 'google-sts', audience: '//x' }, /needs subjectAudience/],
    [
      'two providers at Google',
      { ...least['google-sts'], profile: 'google-sts', audience: ['a', 'b'] },
      /one audience/,
    ],
    ['nothing after the first step', { profile: 'chained', ...own }, /has next/],
    ['a second step elsewhere', { profile: 'keycloak', ...own, next }, /has next/],
    ['a step to itself', { profile: 'chained', ...own, next: { ...next, issuer } }, /another issuer of/],
    [
      'a step to nobody',
      { profile: 'chained', ...own, next: { ...next, issuer: 'https://x.example' } },
      /another issuer of/,
    ],
    [
      'a step without a client',
      { profile: 'chained', ...own, next: { issuer: other.issuer } },
      /secondLeg.next needs clientId/,
    ],
    [
      'itself among the engines',
      { profile: 'keycloak', ...own },
      /actors has the client/,
      { actors: ['headgate'] },
    ],
    ['no subjects', { profile: 'keycloak', ...own }, /subjectTokens says that none/, { subjectTokens: [] }],
    [
      'keys without metadata',
      { profile: 'keycloak', ...own },
      /needs its tokenEndpoint/,
      { jwksUri: 'https://a.example/k' },
    ],
  ])('with %s is refused', (_, secondLeg, told, entry) => {
    expect(problems(secondLeg, entry)).toMatch(told)
  })

  test('with something that is no private key is refused without showing it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const [name, text] of [
      ['text', 'nothing of the kind'],
      ['pkcs1', String(privateKey.export({ type: 'pkcs1', format: 'pem' }))],
      ['jwk', '{"kty":"EC"}'],
    ] as const) {
      const privateKeyFile = join(folder, name)
      await writeFile(privateKeyFile, text)
      const told = problems({ profile: 'keycloak', clientId: 'a', privateKeyFile })
      expect(told).toMatch(/holds no private key that can be used/)
      expect(told).not.toContain(text.slice(0, 60))
    }
  })
})
