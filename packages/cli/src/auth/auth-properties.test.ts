import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { authProperties } from './auth-properties.ts'

const ofSet = (name: string): unknown => authProperties('/', { set: { [name]: 'x' } }, () => {})

it('the command line refuses each property with a secret in its options', () => {
  for (const name of [
    'token',
    'credential',
    'rest.secret-access-key',
    'client.secret-access-key',
    'rest.auth.basic.password',
    'rest.auth.bearer.token',
    'rest.auth.api-key.key',
    'rest.auth.sigv4.session-token',
    'rest.auth.oauth2.client-secret',
    'rest.auth.oauth2.refresh-token',
    'rest.auth.oauth2.client-auth.jwt.private-key',
    'rest.auth.oauth2.token-exchange.subject-token',
    'rest.auth.oauth2.jwt-bearer.assertion',
    'rest.auth.google.credentials-json',
    'header.Authorization',
    'header.Cookie',
    'rest.auth.headers.X-Api-Key',
  ]) {
    expect(() => ofSet(name), name).toThrow(/Other users of the machine can read it on the command line/)
  }
})

it('the command line accepts properties that are not secrets, although their names contain words such as "token"', () => {
  for (const name of [
    'rest.auth.type',
    'rest.auth.sigv4.region',
    'rest.auth.sigv4.access-key-id',
    'rest.auth.bearer.token-file',
    'rest.auth.oauth2.client-secret-file',
    'rest.auth.oauth2.token-endpoint',
    'rest.auth.oauth2.client-auth.jwt.key-id',
    'rest.auth.oauth2.token-exchange.subject-token-type',
    'oauth2-server-uri',
    'header.x-goog-user-project',
  ]) {
    expect(ofSet(name), name).toEqual({ [name]: 'x' })
  }
})

it('options of the command line override properties of the file, and a warning appears when other users can read the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-properties-'))
  try {
    await writeFile(join(folder, 'p'), '# a\n\n token = a=b \r\nrest.auth.type=bearer\n', { mode: 0o644 })
    const warnings: string[] = []
    const options = { properties: 'p', auth: 'none', set: { scope: 'x' } }
    expect(authProperties(folder, options, (text) => void warnings.push(text))).toEqual({
      token: 'a=b',
      scope: 'x',
      'rest.auth.type': 'none',
    })
    expect(warnings.join()).toContain('chmod 600')
  } finally {
    await rm(folder, { recursive: true })
  }
})
