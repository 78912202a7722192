import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { expect, it, onTestFinished } from 'vitest'
import { fetchTransport, headerValue, send } from '@headgate/http'
import { startHttpServer } from '@headgate/testkit'
import { aRequest, create } from '../../test/context.ts'
import { testIssuer } from '../../test/issuer.ts'

async function dpopSession(): ReturnType<typeof create> {
  const issuer = await testIssuer({ dpopNonces: true })
  const auth = await create(
    {
      'rest.auth.type': 'oauth2',
      'rest.auth.oauth2.issuer-url': issuer.url,
      credential: 'basic:a-secret: with/odd+characters, 32 long',
      scope: 'catalog',
      'rest.auth.oauth2.dpop.enabled': 'true',
    },
    { fetch: issuer.fetch },
  )
  onTestFinished(async () => {
    await auth[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
  })
  // The first request was refused because its proof contained no nonce.
  expect(issuer.calls).toHaveLength(2)
  expect(issuer.calls[0]?.headers.get('dpop')).not.toBe(issuer.calls[1]?.headers.get('dpop'))
  return auth
}

it('a DPoP session binds its token to a key and sends a proof signed with the key in each request', async () => {
  const auth = await dpopSession()
  const request = aRequest({ method: 'POST', url: 'https://catalog.example.com/v1/a%20b/tables?x=1' })
  const { headers } = await auth.authenticate(request)
  const token = (await auth.token?.())?.value.reveal() ?? ''
  expect(headerValue(headers, 'authorization')).toBe(`DPoP ${token}`)
  const proof = headerValue(headers, 'dpop') ?? ''
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' })
  expect(payload).toMatchObject({ htm: 'POST', htu: 'https://catalog.example.com/v1/a%20b/tables' })
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
  expect(payload['ath']).toBe(Buffer.from(hash).toString('base64url'))
  expect(decodeJwt(token)['cnf']).toEqual({ jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) })
  expect(Object.keys(protectedHeader.jwk ?? {})).not.toContain('d')
  const again = headerValue((await auth.authenticate(request)).headers, 'dpop') ?? ''
  expect(decodeJwt(again).jti).not.toBe(payload.jti)
})

it('a DPoP proof contains the nonce of the catalog: in a second attempt when required, in the next request when changed', async () => {
  const auth = await dpopSession()
  const seen: unknown[] = []
  let nonce = 'one'
  await using catalog = await startHttpServer((request, response) => {
    const used = decodeJwt(String(request.headers['dpop']))['nonce']
    seen.push(used)
    const wants = used === undefined
    if (!wants) nonce = 'two'
    response.writeHead(wants ? 401 : 200, {
      'dpop-nonce': nonce,
      ...(wants ? { 'www-authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"' } : {}),
    })
    response.end()
  })
  const ask = async (): Promise<number> => {
    const request = { method: 'GET', url: `${catalog.url}/v1/config` }
    return (await send(request, { auth, transport: fetchTransport() })).status
  }
  expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 200])
  expect(seen).toEqual([undefined, 'one', 'one', 'two'])
})

it('the header of a DPoP proof names the signature algorithm', async () => {
  const auth = await dpopSession()
  const proof = headerValue((await auth.authenticate(aRequest())).headers, 'dpop') ?? ''
  expect(decodeProtectedHeader(proof)).toMatchObject({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: 'EC' } })
})
