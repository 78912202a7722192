import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { aRequest, create } from './context.ts'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```properties\n([^]*?)```/g)].map(([, text = '']) => {
  const lines = text.trim().split('\n')
  const entries = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  const properties = Object.fromEntries(entries.map(([name, value]) => [name, value?.replace('…', 'x')]))
  return { title: lines.slice(0, 3).join(' '), properties }
})

/** Access keys that the documentation of AWS uses in its examples. */
const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }

const uri = 'https://catalog.example.com/lake'

/** Document with which a catalog declares its authentication, from the last example of the specification. */
const declared = {
  resource: uri,
  authorization_servers: ['https://login.example.com/realms/acme'],
  rest_auth: {
    version: 1,
    schemes: [{ type: 'oauth2', parameters: { scope: 'catalog' } }, { type: 'bearer' }],
  },
}

/** Responds as any issuer or catalog, without a network: with the document, metadata, or token that the URL requests. */
async function respondAsIssuer(url: string): Promise<Response> {
  if (url.includes('/oauth-protected-resource')) return Response.json(declared)
  const issuer = /^(.*)\.well-known\/openid-configuration$/.exec(url)?.[1]
  if (issuer === undefined) {
    const token = { access_token: 'x', accessToken: 'x', token: 'x', token_type: 'Bearer', expires_in: 3600 }
    return Response.json({ ...token, expires_on: '4000000000', expireTime: '2099-01-01T00:00:00Z' })
  }
  const identifier = issuer.includes('auth0') ? issuer : issuer.replace(/\/$/, '')
  return Response.json({ issuer: identifier, token_endpoint: `${issuer}token` })
}

describe('the README', () => {
  it.each(examples)(
    'the README of the package contains a valid configuration: $title',
    async ({ properties }) => {
      const warnings: string[] = []
      const auth = await create(properties, {
        env,
        ...('rest.auth.type' in properties && properties['rest.auth.type'] === 'discover' ? { uri } : {}),
        fetch: respondAsIssuer,
        initialize: false,
        warn: (message) => warnings.push(message),
      })
      expect(warnings).toEqual([])
      const needsFilesOrUsers = /command|-file|private-key|grant-type/.test(Object.keys(properties).join())
      if (needsFilesOrUsers) return
      const { headers } = await auth.authenticate(aRequest())
      expect(headers.map(([name]) => name.toLowerCase())).toEqual(
        expect.arrayContaining([...(auth.setsHeaders ?? ['authorization'])].slice(0, 1)),
      )
    },
  )

  it('the README of the package contains at least 14 configurations', () => {
    expect(examples.length).toBeGreaterThanOrEqual(14)
  })
})
