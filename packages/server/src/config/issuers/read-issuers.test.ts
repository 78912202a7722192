import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../config-error.ts'
import { presets } from './presets.ts'
import { type Issuers, readIssuers } from './read-issuers.ts'
import { issuerSettings, presetNames } from './schema.ts'

const issuer = 'https://idp.example/realms/lake'

function read(...entries: object[]): Issuers {
  return readIssuers(JSON.stringify(entries), { SECRET: 's3cret' })
}

function problems(...entries: object[]): string {
  try {
    read(...entries)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('issuers', () => {
  test('are none when nothing is said, and come from a list or a file with one', async () => {
    expect(readIssuers(null, {})).toEqual([])
    const path = join(await mkdtemp(join(tmpdir(), 'headgate-issuers-')), 'issuers.json')
    await writeFile(path, JSON.stringify([{ issuer, audience: 'lake' }]))
    expect(readIssuers(path, {})).toEqual(read({ issuer, audience: ['lake'] }))
    expect(() => readIssuers('/no/such/file', {})).toThrow(/cannot be read/)
    expect(() => readIssuers('[', {})).toThrow(/no valid JSON/)
  })

  test('need an audience, or the start fails with one sentence', () => {
    for (const entry of [{ issuer }, { issuer, audience: [] }, { issuer, audience: '' }]) {
      const told = problems(entry)
      expect(told).toMatch(`The issuer ${issuer}: audience is missing or empty. Set it to the aud`)
      expect(told.split('\n')).toHaveLength(1)
    }
  })

  test('have careful defaults', () => {
    expect(read({ issuer, audience: 'lake' })).toMatchObject([
      {
        issuer,
        audiences: ['lake'],
        algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
        tokenType: 'at+jwt',
        keys: { from: 'metadata', uri: `${issuer}/.well-known/openid-configuration` },
        introspection: null,
        actors: null,
        clients: null,
        subjectTokens: new Set(['access_token']),
        groupsMaxAgeMs: 86_400_000,
        logoutAudiences: null,
      },
    ])
  })

  test('are found where OpenID Connect or RFC 8414 say, or where the configuration does', () => {
    const uriOf = (entry: object): unknown => read({ issuer, audience: 'lake', ...entry })[0]?.keys
    const oauth = 'https://idp.example/.well-known/oauth-authorization-server/realms/lake'
    expect(uriOf({ discovery: 'oauth' })).toEqual({ from: 'metadata', uri: oauth })
    const slash = `${issuer}/`
    expect(uriOf({ issuer: slash })).toEqual({
      from: 'metadata',
      uri: `${slash}.well-known/openid-configuration`,
    })
    expect(uriOf({ discovery: 'https://a.example/m' })).toEqual({
      from: 'metadata',
      uri: 'https://a.example/m',
    })
    expect(uriOf({ jwksUri: 'https://a.example/k' })).toEqual({ from: 'uri', uri: 'https://a.example/k' })
  })

  test.each<[string, object, RegExp]>([
    ['http', { issuer: 'http://idp.example' }, /must be an https URL/],
    ['a blank behind its name', { issuer: `${issuer} ` }, /must have no blanks/],
    [
      'a file of a secret that is not there',
      { introspection: { clientId: 'a', clientSecretFile: '/none' } },
      /^The file of introspection\.clientSecretFile of the issuer \S+ cannot be read: ENOENT/,
    ],
    ['keys over http', { jwksUri: 'http://idp.example/k' }, /jwksUri must be an https URL/],
    ['a password in a URL', { issuer: 'https://a:b@idp.example' }, /must be an https URL/],
    ['symmetric algorithms', { algorithms: ['HS256'] }, /algorithms/],
    ['no algorithm', { algorithms: ['none'] }, /algorithms/],
    ['an unknown setting', { audiance: 'x' }, /audiance/],
    ['an unknown preset', { preset: 'acme' }, /preset/],
    ['two places of keys', { jwksUri: 'https://a.example/k', discovery: 'oauth' }, /keep one/],
    [
      'introspection without a secret',
      { introspection: { clientId: 'a' } },
      /clientSecretFile or clientSecretEnv/,
    ],
    ['id_tokens of nobody', { subjectTokens: ['id_token'] }, /idTokenAudience/],
  ])('with %s are refused', (_, entry, told) => {
    expect(problems({ issuer, audience: 'lake', ...entry })).toMatch(told)
  })

  test('may be on this machine without TLS, and once', () => {
    expect(problems({ issuer: 'http://127.0.0.1:8080/realms/lake', audience: 'lake' })).toBe('')
    expect(problems({ issuer, audience: 'a' }, { issuer, audience: 'b' })).toMatch(/twice/)
  })

  test('keep the secret of introspection to themselves', () => {
    const entry = { issuer, audience: 'lake', introspection: { clientId: 'hg', clientSecretEnv: 'SECRET' } }
    const [read1] = read(entry)
    expect(read1?.introspection?.clientSecret.reveal()).toBe('s3cret')
    expect(inspect(read1, { depth: 9 }) + JSON.stringify(read1)).not.toContain('s3cret')
    expect(() => readIssuers(JSON.stringify([entry]), {})).toThrow(/SECRET .* is not set/)
  })

  test('of a preset have what is known of it, and what is said beside it wins', () => {
    expect(Object.keys(presets)).toEqual([...presetNames])
    expect(
      read({ issuer, audience: 'lake', preset: 'keycloak', claims: { groups: ['realm_access', 'roles'] } }),
    ).toMatchObject([
      {
        tokenType: 'any',
        claims: { login: ['preferred_username'], groups: ['realm_access', 'roles'], service: ['client_id'] },
      },
    ])
    expect(read({ issuer, audience: 'lake', preset: 'kubernetes' })).toMatchObject([
      { makesPrincipals: false },
    ])
    for (const preset of presetNames)
      expect(problems({ issuer, audience: 'lake', idTokenAudience: 'app', preset })).toBe('')
  })

  test('are described, every setting', () => {
    expect(issuerSettings().filter(({ doc }) => doc.length < 10)).toEqual([])
    expect(issuerSettings().map(({ name }) => name)).toContain('introspection.clientSecretFile')
  })
})
