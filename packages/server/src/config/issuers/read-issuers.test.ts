import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../config-error.ts'
import { presets } from './presets.ts'
import { type Issuers, readIssuers } from './read-issuers.ts'
import { listIssuerSettings, presetNames } from './schema.ts'

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

describe('readIssuers', () => {
  test('readIssuers returns no issuers without the variable, and otherwise the issuers of its list or file', async () => {
    expect(readIssuers(null, {})).toEqual([])
    const path = join(await mkdtemp(join(tmpdir(), 'headgate-issuers-')), 'issuers.json')
    await writeFile(path, JSON.stringify([{ issuer, audience: 'lake' }]))
    expect(readIssuers(path, {})).toEqual(read({ issuer, audience: ['lake'] }))
    expect(() => readIssuers('/no/such/file', {})).toThrow(/cannot be read/)
    expect(() => readIssuers('[', {})).toThrow(/not valid JSON/)
  })

  test('readIssuers refuses an issuer without an audience, with one sentence', () => {
    for (const entry of [{ issuer }, { issuer, audience: [] }, { issuer, audience: '' }]) {
      const message = problems(entry)
      expect(message).toMatch(`The issuer ${issuer}: audience is missing or empty. Set it to the aud`)
      expect(message.split('\n')).toHaveLength(1)
    }
  })

  test('readIssuers uses strict defaults', () => {
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

  test('readIssuers reads the key URL from OpenID Connect metadata, from RFC 8414 metadata, or from the configuration', () => {
    const readKeySource = (entry: object): unknown => read({ issuer, audience: 'lake', ...entry })[0]?.keys
    const oauth = 'https://idp.example/.well-known/oauth-authorization-server/realms/lake'
    expect(readKeySource({ discovery: 'oauth' })).toEqual({ from: 'metadata', uri: oauth })
    const slash = `${issuer}/`
    expect(readKeySource({ issuer: slash })).toEqual({
      from: 'metadata',
      uri: `${slash}.well-known/openid-configuration`,
    })
    expect(readKeySource({ discovery: 'https://a.example/m' })).toEqual({
      from: 'metadata',
      uri: 'https://a.example/m',
    })
    expect(readKeySource({ jwksUri: 'https://a.example/k' })).toEqual({
      from: 'uri',
      uri: 'https://a.example/k',
    })
  })

  test.each<[string, object, RegExp]>([
    ['an issuer over http', { issuer: 'http://idp.example' }, /must be an https URL/],
    ['a space after the name of the issuer', { issuer: `${issuer} ` }, /must not contain white space/],
    [
      'a missing file of a client secret',
      { introspection: { clientId: 'a', clientSecretFile: '/none' } },
      /^The file of introspection\.clientSecretFile of the issuer \S+ cannot be read: ENOENT/,
    ],
    ['keys over http', { jwksUri: 'http://idp.example/k' }, /jwksUri must be an https URL/],
    ['a password in a URL', { issuer: 'https://a:b@idp.example' }, /must be an https URL/],
    ['symmetric algorithms', { algorithms: ['HS256'] }, /algorithms/],
    ['no algorithm', { algorithms: ['none'] }, /algorithms/],
    ['an unknown setting', { audiance: 'x' }, /audiance/],
    ['an unknown preset', { preset: 'acme' }, /preset/],
    ['both jwksUri and discovery', { jwksUri: 'https://a.example/k', discovery: 'oauth' }, /keep one/],
    [
      'introspection without a secret',
      { introspection: { clientId: 'a' } },
      /exactly one of clientSecretFile and clientSecretEnv/,
    ],
    ['id tokens without idTokenAudience', { subjectTokens: ['id_token'] }, /idTokenAudience/],
  ])('readIssuers refuses %s', (_, entry, message) => {
    expect(problems({ issuer, audience: 'lake', ...entry })).toMatch(message)
  })

  test('readIssuers accepts http URLs on a loopback address, and refuses an issuer that is listed twice', () => {
    expect(problems({ issuer: 'http://127.0.0.1:8080/realms/lake', audience: 'lake' })).toBe('')
    expect(problems({ issuer, audience: 'a' }, { issuer, audience: 'b' })).toMatch(/twice/)
  })

  test('the result of readIssuers never prints the client secret of introspection', () => {
    const entry = { issuer, audience: 'lake', introspection: { clientId: 'hg', clientSecretEnv: 'SECRET' } }
    const [result] = read(entry)
    expect(result?.introspection?.clientSecret.reveal()).toBe('s3cret')
    expect(inspect(result, { depth: 9 }) + JSON.stringify(result)).not.toContain('s3cret')
    expect(() => readIssuers(JSON.stringify([entry]), {})).toThrow(/SECRET .* is not set/)
  })

  test('readIssuers applies the values of a preset, and overrides them with those of the entry', () => {
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

  test('listIssuerSettings describes every setting', () => {
    expect(listIssuerSettings().filter(({ doc }) => doc.length < 10)).toEqual([])
    expect(listIssuerSettings().map(({ name }) => name)).toContain('introspection.clientSecretFile')
  })
})
