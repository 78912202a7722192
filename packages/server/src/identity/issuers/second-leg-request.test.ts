import { obtainToken } from '@headgate/auth/tokens'
import { makeIssuerKey } from '@headgate/testkit'
import { exportJWK, exportPKCS8, importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../config/secret.ts'
import type { SecondLegSettings } from './issuer.ts'
import { secondLegRequest } from './second-leg-request.ts'
import { legClient, makeSecondLeg, legSecret } from '../../../test/identity/issuers/second-leg.ts'

interface Sent {
  readonly url: string
  readonly authorization: string | null
  readonly form: Readonly<Record<string, string>>
}

/**
 * Exchanges a user's token at a test issuer (second leg). Returns the HTTP requests, each of which gets a token as its
 * response.
 */
async function sent(
  settings: SecondLegSettings,
  kind: 'access_token' | 'id_token' | 'opaque' = 'access_token',
): Promise<readonly Sent[]> {
  const requests: Sent[] = []
  const google = settings.profile === 'google-sts'
  await obtainToken(
    secondLegRequest(
      settings,
      { value: 'the-token', kind },
      {
        token: google ? undefined : 'https://id.example/token',
        issuer: 'https://id.example',
        next:
          settings.next === null ? null : { token: 'https://as.example/token', issuer: 'https://as.example' },
      },
    ),
    {
      fetch: (url, { headers, body }) => {
        const form = Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : ''))
        requests.push({ url, authorization: readable(new Headers(headers).get('authorization')), form })
        return Promise.resolve(
          Response.json({ access_token: `answer-${requests.length}`, token_type: 'Bearer', expires_in: 60 }),
        )
      },
    },
  )
  return requests
}

/** Decodes the client id and secret in a Basic header (RFC 6749 section 2.3.1). */
function readable(authorization: string | null): string | null {
  const [scheme, value] = authorization?.split(' ') ?? []
  if (value === undefined) return null
  return `${scheme} ${Buffer.from(value, 'base64').toString().split(':').map(decodeURIComponent).join(':')}`
}

function target(audience: readonly string[], scope: string | null = null): SecondLegSettings['target'] {
  return { audiences: audience, resources: [], scope, parameters: {} }
}

const secret = { method: 'client_secret_post', secret: new Secret('s') } as const
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`
const basic = `Basic headgate:${legSecret}`

describe('A second leg', () => {
  test('a second token exchange sends Keycloak a standard exchange, with an audience and a scope', async () => {
    const leg = makeSecondLeg({ profile: 'keycloak', target: target(['lakehouse'], 'lakehouse') })
    expect(await sent(leg)).toEqual([
      {
        url: 'https://id.example/token',
        authorization: basic,
        form: {
          grant_type: exchange,
          subject_token: 'the-token',
          subject_token_type: type('access_token'),
          requested_token_type: type('access_token'),
          audience: 'lakehouse',
          scope: 'lakehouse',
        },
      },
    ])
  })

  test('a second token exchange sends its request to Entra on behalf of the user, with a secret or with the key of a certificate', async () => {
    const entra = { profile: 'entra', target: target([], 'api://lakehouse/.default') } as const
    const client = { id: 'app-1', proof: secret }
    const form = {
      grant_type: jwtBearer,
      assertion: 'the-token',
      scope: 'api://lakehouse/.default',
      requested_token_use: 'on_behalf_of',
      client_id: 'app-1',
    }
    expect(await sent(makeSecondLeg({ ...entra, client }))).toEqual([
      { url: 'https://id.example/token', authorization: null, form: { ...form, client_secret: 's' } },
    ])
    const { privateKey, publicJwk } = await makeIssuerKey('RS256')
    const key = new Secret(await exportPKCS8(privateKey))
    const proof = { method: 'private_key_jwt', key, keyId: 'k1', algorithm: null, audience: null } as const
    const [request] = await sent(makeSecondLeg({ ...entra, client: { id: 'app-1', proof } }))
    const { client_assertion: assertion = '', ...rest } = request?.form ?? {}
    expect(rest).toEqual({
      ...form,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const { payload } = await jwtVerify(assertion, await importJWK(publicJwk))
    expect(payload).toMatchObject({ iss: 'app-1', sub: 'app-1', aud: 'https://id.example/token' })
  })

  test('a second token exchange sends its request to Okta with audience and scope', async () => {
    const [request] = await sent(
      makeSecondLeg({ profile: 'okta', target: target(['api://lake'], 'catalog') }),
    )
    expect(request).toMatchObject({
      authorization: basic,
      form: {
        grant_type: exchange,
        subject_token: 'the-token',
        subject_token_type: type('access_token'),
        scope: 'catalog',
        audience: 'api://lake',
      },
    })
  })

  test('a second token exchange sends its request to Auth0 for one API, with the secret in the form', async () => {
    const client = { id: 'api-client', proof: secret }
    const leg = makeSecondLeg({ profile: 'auth0', client, target: target(['https://lake.example/api']) })
    expect(await sent(leg)).toEqual([
      {
        url: 'https://id.example/token',
        authorization: null,
        form: {
          grant_type: exchange,
          subject_token: 'the-token',
          subject_token_type: type('access_token'),
          requested_token_type: type('access_token'),
          audience: 'https://lake.example/api',
          client_id: 'api-client',
          client_secret: 's',
        },
      },
    ])
  })

  test('a second token exchange sends its request to Google without a client, with the provider of a workload identity pool', async () => {
    const provider = '//iam.googleapis.com/locations/global/workforcePools/p/providers/o'
    const leg = makeSecondLeg({
      profile: 'google-sts',
      client: null,
      answer: 'opaque',
      target: { ...target([provider]), parameters: { options: '{"userProject":"acme"}' } },
    })
    const form = {
      grant_type: exchange,
      audience: provider,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: type('access_token'),
      subject_token: 'the-token',
      options: '{"userProject":"acme"}',
    }
    const url = 'https://sts.googleapis.com/v1/token'
    for (const [kind, name] of [
      ['access_token', 'jwt'],
      ['id_token', 'id_token'],
    ] as const)
      expect(await sent(leg, kind)).toMatchObject([
        { url, authorization: null, form: { ...form, subject_token_type: type(name) } },
      ])
  })

  test('a second token exchange sends other issuers an exchange (RFC 8693) or an assertion (RFC 7523)', async () => {
    const resources = ['https://lake.example/a', 'https://lake.example/b']
    const leg = makeSecondLeg({
      target: { ...target(['lake'], 'read'), resources, parameters: { tenant: 't' } },
    })
    const [exchanged] = await sent(leg, 'id_token')
    expect(exchanged?.form).toMatchObject({
      grant_type: exchange,
      subject_token_type: type('id_token'),
      audience: 'lake',
      scope: 'read',
      tenant: 't',
      resource: resources[1],
    })
    const [asserted] = await sent({ ...leg, profile: 'generic-7523' })
    expect(asserted?.form).toMatchObject({ grant_type: jwtBearer, assertion: 'the-token', audience: 'lake' })
    expect(asserted?.form).not.toHaveProperty('subject_token')
  })

  test('a second token exchange with the profile chained exchanges the token for a grant, and sends the grant to the other issuer', async () => {
    const leg = makeSecondLeg({
      profile: 'chained',
      target: target(['https://as.example']),
      next: {
        issuer: 'https://as.example',
        tokenEndpoint: null,
        client: { id: 'there', proof: secret },
        target: target([], 'catalog'),
      },
    })
    const [first, second, ...more] = await sent(leg)
    expect(more).toEqual([])
    expect(first).toEqual({
      url: 'https://id.example/token',
      authorization: basic,
      form: {
        grant_type: exchange,
        subject_token: 'the-token',
        subject_token_type: type('access_token'),
        requested_token_type: type('jwt'),
        audience: 'https://as.example',
      },
    })
    expect(second).toEqual({
      url: 'https://as.example/token',
      authorization: null,
      form: {
        grant_type: jwtBearer,
        assertion: 'answer-1',
        scope: 'catalog',
        client_id: 'there',
        client_secret: 's',
      },
    })
    const jag = { ...leg, requestedTokenType: type('id-jag') }
    expect((await sent(jag, 'id_token'))[0]?.form).toMatchObject({
      subject_token_type: type('id_token'),
      requested_token_type: type('id-jag'),
    })
  })

  test('a second token exchange signs assertions whose audience is the issuer by default', async () => {
    const { privateKey, publicJwk } = await makeIssuerKey()
    const key = new Secret(JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'of-the-key' }))
    const proof = { method: 'private_key_jwt', key, keyId: null, algorithm: null } as const
    for (const [audience, aud] of [
      [null, 'https://id.example'],
      ['https://id.example/other', 'https://id.example/other'],
    ] as const) {
      const [request] = await sent(
        makeSecondLeg({ client: { id: legClient.id, proof: { ...proof, audience } } }),
      )
      const { payload, protectedHeader } = await jwtVerify(
        request?.form['client_assertion'] ?? '',
        await importJWK(publicJwk),
      )
      expect(payload).toMatchObject({ iss: 'headgate', sub: 'headgate', aud })
      expect(protectedHeader.kid).toBe('of-the-key')
    }
  })
})
