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

/** Smallest valid setting `secondLeg` for each profile, which is the form of the token request. */
const minimal = {
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

describe('readSecondLeg', () => {
  test.each(secondLegProfiles)(
    'readSecondLeg accepts the minimum settings of %s, and the server opens them',
    (profile) => {
      expect(problems({ profile, ...minimal[profile] })).toBe('')
      const issuers = read({ profile, ...minimal[profile] })
      const sql = { run: () => Promise.reject(new Error('The test sends no query.')) }
      const opened = openExternal({
        sql: sql as never,
        issuers,
        tokenEndpoint: 'https://catalog.example',
        mark: () => sql,
      })
      expect(opened?.secondLegs.findProfile(issuer)).toBe(profile)
      expect(opened?.secondLegs.findProfile(other.issuer)).toBeNull()
    },
  )

  test('readSecondLeg uses the defaults of each profile', () => {
    expect(read({ profile: 'keycloak', ...own })[0]?.secondLeg).toMatchObject({
      client: { id: 'headgate', proof: { method: 'client_secret_basic' } },
      subjectAudiences: ['headgate'],
      answer: 'verified',
      timeoutMs: 5_000,
      tokenEndpoint: null,
      next: null,
    })
    expect(read({ profile: 'entra', ...minimal.entra })[0]?.secondLeg?.client?.proof.method).toBe(
      'client_secret_post',
    )
    expect(read({ profile: 'keycloak', clientId: 'a', privateKeyFile: keyFile })[0]?.secondLeg).toMatchObject(
      {
        client: { id: 'a', proof: { method: 'private_key_jwt', keyId: null, audience: null } },
      },
    )
  })

  test('the result of readSecondLeg never prints the client secret or the private key', () => {
    const printed = [own, { clientId: 'a', privateKeyFile: keyFile }]
      .map((client) => read({ profile: 'generic-8693', ...client }))
      .map((issuers) => inspect(issuers, { depth: 9 }) + JSON.stringify(issuers))
      .join()
    expect(printed).not.toContain('s3cret')
    expect(printed).not.toContain('PRIVATE KEY')
  })

  test.each<[string, object, RegExp, object?]>([
    ['an unknown profile', { profile: 'acme' }, /profile/],
    ['an unknown setting', { profile: 'keycloak', ...own, audiance: 'x' }, /audiance/],
    ['a missing client', { profile: 'keycloak' }, /needs clientId.*\n.*exactly one of/],
    ['two client secrets', { profile: 'keycloak', ...own, clientSecretFile: '/x' }, /exactly one of/],
    [
      'private_key_jwt without a key',
      { profile: 'keycloak', ...own, clientAuth: 'private_key_jwt' },
      /privateKeyFile is not set/,
    ],
    [
      'settings of a key without a key',
      { profile: 'keycloak', ...own, keyId: 'k' },
      /require privateKeyFile/,
    ],
    [
      'a missing key file',
      { profile: 'keycloak', clientId: 'a', privateKeyFile: '/no/such' },
      /cannot be read/,
    ],
    ['a missing secret', { profile: 'keycloak', ...own, clientSecretEnv: 'OTHER' }, /OTHER .* is not set/],
    [
      'a token endpoint over http',
      { profile: 'keycloak', ...own, tokenEndpoint: 'http://idp.example/token' },
      /https/,
    ],
    ['a comma in an audience', { profile: 'keycloak', ...own, audience: 'a,b' }, /comma/],
    [
      'a reserved parameter',
      { profile: 'keycloak', ...own, parameters: { subject_token: 'x' } },
      /must not contain subject_token/,
    ],
    [
      'a resource at Keycloak',
      { profile: 'keycloak', ...own, resource: 'https://r.example' },
      /does not support resource/,
    ],
    ['a missing scope at Entra', { profile: 'entra', ...own }, /entra requires scope/],
    [
      'a missing scope at Okta',
      { profile: 'okta', ...own, audience: 'a' },
      /okta requires audience and scope/,
    ],
    ['two APIs at Auth0', { profile: 'auth0', ...own, audience: ['a', 'b'] }, /one audience/],
    [
      'a client at Google',
      { profile: 'google-sts', ...minimal['google-sts'], ...own },
      /remove clientId, clientSecretEnv/,
    ],
    [
      'a missing subjectAudience at Google',
      { profile: 'google-sts', audience: '//x' },
      /needs subjectAudience/,
    ],
    [
      'two audiences at Google',
      { ...minimal['google-sts'], profile: 'google-sts', audience: ['a', 'b'] },
      /one audience/,
    ],
    ['chained without a second step', { profile: 'chained', ...own }, /chained needs next/],
    ['a second step at Keycloak', { profile: 'keycloak', ...own, next }, /requires the profile chained/],
    [
      'a second step at the same issuer',
      { profile: 'chained', ...own, next: { ...next, issuer } },
      /another issuer in/,
    ],
    [
      'a second step at an unknown issuer',
      { profile: 'chained', ...own, next: { ...next, issuer: 'https://x.example' } },
      /another issuer in/,
    ],
    [
      'a second step without a client',
      { profile: 'chained', ...own, next: { issuer: other.issuer } },
      /secondLeg.next needs clientId/,
    ],
    [
      'its own client as an engine',
      { profile: 'keycloak', ...own },
      /actors contains the client/,
      { actors: ['headgate'] },
    ],
    [
      'an empty list of subject tokens',
      { profile: 'keycloak', ...own },
      /subjectTokens is empty/,
      { subjectTokens: [] },
    ],
    [
      'jwksUri without a token endpoint',
      { profile: 'keycloak', ...own },
      /needs tokenEndpoint/,
      { jwksUri: 'https://a.example/k' },
    ],
  ])('readSecondLeg refuses %s', (_, secondLeg, message, entry) => {
    expect(problems(secondLeg, entry)).toMatch(message)
  })

  test('readSecondLeg refuses a file without a usable private key, and does not repeat its content', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const [name, text] of [
      ['text', 'another text'],
      ['pkcs1', String(privateKey.export({ type: 'pkcs1', format: 'pem' }))],
      ['jwk', '{"kty":"EC"}'],
    ] as const) {
      const privateKeyFile = join(folder, name)
      await writeFile(privateKeyFile, text)
      const message = problems({ profile: 'keycloak', clientId: 'a', privateKeyFile })
      expect(message).toMatch(/does not contain a usable private key/)
      expect(message).not.toContain(text.slice(0, 60))
    }
  })
})
