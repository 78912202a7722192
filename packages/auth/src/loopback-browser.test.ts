import { browse } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAuthError } from './auth-error.ts'
import { CATALOG, testIssuer, type TestIssuer } from '../test/issuer.ts'
import { AuthRegistry } from './registry.ts'
import type { Token } from './token.ts'
import { loopbackBrowser } from './loopback-browser.ts'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await testIssuer()
})
afterAll(async () => await issuer[Symbol.asyncDispose]())

const properties = (): Record<string, string> => ({
  'rest.auth.type': 'oauth2',
  'rest.auth.oauth2.issuer-url': issuer.url,
  'rest.auth.oauth2.client-id': 'person',
  'rest.auth.oauth2.grant-type': 'authorization_code',
  'rest.auth.oauth2.scope': 'openid offline_access catalog',
  'rest.auth.oauth2.resource': CATALOG,
})

async function logIn(
  open: (url: string) => Promise<void> | void,
  { redirectUri = 'http://127.0.0.1/back', signal }: { redirectUri?: string; signal?: AbortSignal } = {},
): Promise<Token | undefined> {
  await using auth = await new AuthRegistry().create(properties(), {
    fetch: issuer.fetch,
    prompts: { browser: loopbackBrowser({ open, redirectUri }) },
  })
  return await auth.token?.(signal === undefined ? {} : { signal })
}

describe('a login with a browser on this machine', () => {
  it('loopbackBrowser listens on a free port, and the browser shows that the login is complete', async () => {
    let page = ''
    const token = await logIn(async (url) => {
      page = await browse(url, { login: 'dora', password: 'x' })
    })
    expect(token?.provenance?.who?.subject).toBe('dora')
    expect(page).toContain('You are logged in')
  })

  it('a login with loopbackBrowser opens a session that is renewed although the issuer granted fewer scopes than requested', async () => {
    let now = Date.now()
    await using auth = await new AuthRegistry().create(properties(), {
      fetch: issuer.fetch,
      now: () => now,
      prompts: {
        browser: loopbackBrowser({
          open: (url) => void browse(url, { login: 'gil', password: 'x' }),
          redirectUri: 'http://127.0.0.1/back',
        }),
      },
    })
    const first = await auth.token?.()
    now += 3_600_000
    const second = await auth.token?.()
    expect(second?.provenance).toMatchObject({ who: { subject: 'gil' }, obtainedBy: 'refresh_token' })
    expect(second?.value.reveal()).not.toBe(first?.value.reveal())
  })

  it('loopbackBrowser answers 404 to requests with another path, state, host or method, and waits for the login', async () => {
    const statuses: number[] = []
    const token = await logIn(async (url) => {
      const start = new URL(url)
      const back = start.searchParams.get('redirect_uri') ?? ''
      const state = start.searchParams.get('state') ?? ''
      for (const [way, init] of [
        [`${back}?code=stolen&state=other`, {}],
        [`${back}?code=stolen`, {}],
        [`${back}?error=access_denied`, {}],
        [`${back}?code=stolen&state=${state}&state=${state}`, {}],
        [`${new URL(back).origin}/favicon.ico?state=${state}`, {}],
        [`${back}?code=stolen&state=${state}`, { method: 'POST' }],
        [`${back.replace('127.0.0.1', 'localhost')}?code=stolen&state=${state}`, {}],
      ] as const) {
        statuses.push((await fetch(way, init)).status)
      }
      void browse(url, { login: 'erik', password: 'x' })
    })
    expect(statuses).toEqual(statuses.map(() => 404))
    expect(token?.provenance?.who?.subject).toBe('erik')
  })

  it('a login with loopbackBrowser fails with the error that the issuer reports', async () => {
    const login = logIn(async (url) => {
      const start = new URL(url)
      const back = new URL(start.searchParams.get('redirect_uri') ?? '')
      const query = { error: 'access_denied', state: start.searchParams.get('state') ?? '', iss: issuer.url }
      expect(await (await fetch(`${back.href}?${new URLSearchParams(query).toString()}`)).text()).toContain(
        'login failed',
      )
    })
    await expect(login).rejects.toThrow(/access_denied/)
  })

  it('loopbackBrowser refuses the response of another issuer (RFC 9207)', async () => {
    const login = logIn(async (url) => {
      const start = new URL(url)
      const query = { code: 'x', state: start.searchParams.get('state') ?? '', iss: 'https://evil.example' }
      await fetch(`${start.searchParams.get('redirect_uri')}?${new URLSearchParams(query).toString()}`)
    })
    await expect(login).rejects.toThrow(/not successful/)
    expect(issuer.calls.some(({ form }) => form.get('code') === 'x')).toBe(false)
  })

  it('loopbackBrowser refuses a redirect URI whose port is in use or whose address is on another machine', async () => {
    const taken = logIn(async (url) => {
      const port = new URL(new URL(url).searchParams.get('redirect_uri') ?? '').port
      const second = await logIn(() => {}, { redirectUri: `http://127.0.0.1:${port}/back` }).catch(
        (error: unknown) => error,
      )
      expect(String(second)).toMatch(/EADDRINUSE.*another port/)
      void browse(url, { login: 'fred', password: 'x' })
    })
    expect((await taken)?.provenance?.who?.subject).toBe('fred')
    const elsewhere = await logIn(() => {}, { redirectUri: 'http://192.0.2.1/back' }).catch(
      (error: unknown) => error,
    )
    expect(isAuthError(elsewhere, 'configuration')).toBe(true)
  })

  it('loopbackBrowser stops listening when the caller aborts it', async () => {
    const signal = AbortSignal.timeout(300)
    await expect(logIn(() => {}, { signal })).rejects.toThrow(/timeout|aborted/i)
  })
})
