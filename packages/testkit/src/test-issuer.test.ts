import { createRemoteJWKSet, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { makeIssuerKey, startTestIssuer } from './test-issuer.ts'

test('tokens of the test issuer verify only with its published keys', async () => {
  await using issuer = await startTestIssuer()
  const metadata = (await (await fetch(`${issuer.issuer}/.well-known/openid-configuration`)).json()) as {
    jwks_uri: string
  }
  const verify = (token: string): Promise<unknown> =>
    jwtVerify(token, createRemoteJWKSet(new URL(metadata.jwks_uri)), { issuer: issuer.issuer, audience: 'a' })
  const first = await issuer.sign({ sub: 'alice', aud: 'a' })
  await expect(verify(first)).resolves.toMatchObject({ payload: { sub: 'alice' } })
  await expect(
    verify(await issuer.sign({ aud: 'a' }, { key: await makeIssuerKey('ES256', issuer.key.kid) })),
  ).rejects.toThrow('signature')
  await issuer.rotate({ unpublish: true })
  await expect(verify(first)).rejects.toThrow('no applicable key')
  await expect(verify(await issuer.sign({ aud: 'a' }))).resolves.toMatchObject({ payload: { aud: 'a' } })
})
