import type { Keycloak } from '../lib/keycloak.ts'
import type { Check } from '../lib/run-checks.ts'
import { must } from './api.ts'
import { demand } from '../lib/outcome.ts'
import { type Fixture, open, openTab } from './fixture.ts'
import { findAccessibilityFaults, takePicture, takeReports } from './look.ts'
import type { Page } from './playwright.ts'

/** Lifetime of access tokens for the client `console` in the realm. */
const tokenSeconds = 60
const disabledSeconds = 30

function keycloakOf({ keycloak }: Fixture): Keycloak {
  if (keycloak === null) throw new Error('the suite runs without Keycloak')
  return keycloak
}

/** Signs in with the login page of Keycloak. */
async function signInAtKeycloak(page: Page, origin: string, user: string, path = '/'): Promise<void> {
  await page.goto(`${origin}/console${path}`)
  await page.getByRole('button', { name: 'Sign in with Keycloak' }).click()
  await page.locator('#username').fill(user)
  await page.locator('#password').fill(`${user}-pw`)
  await page.locator('#kc-login').click()
  await page.getByRole('button', { name: /^Account of/ }).waitFor()
}

async function waitUntilSignedOut(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/console/sessions`)
  await page.getByRole('button', { name: 'Sign in with Keycloak' }).waitFor({ timeout: 10_000 })
}

async function userId({ admin }: Keycloak, user: string): Promise<string> {
  const [found] = (await admin('GET', `/users?username=${user}&exact=true`)) as readonly {
    readonly id: string
  }[]
  return found?.id ?? ''
}

/** Checks of the sign-in at Keycloak. */
export const issuerChecks: readonly Check<Fixture>[] = [
  {
    name: 'issuer-sign-in',
    about:
      'a user signs in at the identity provider, returns to the page that was open, and no token is in the address, in storage or readable by scripts',
    async run(fixture) {
      const { origin } = fixture.server
      await using tab = await openTab(fixture)
      await tab.page.goto(`${origin}/console/`)
      await tab.page.getByRole('button', { name: 'Sign in with Keycloak' }).waitFor()
      await takePicture(fixture, tab, 'light-sign-in-issuer')
      const faults = [...(await findAccessibilityFaults(fixture, tab)), ...takeReports(tab)]
      demand(faults.length === 0, faults.join('\n'))
      await signInAtKeycloak(tab.page, origin, 'alice', '/audit?outcome=denied')
      demand(tab.page.url() === `${origin}/console/audit?outcome=denied`, `at ${tab.page.url()}`)
      const visible = await tab.page.evaluate<string>(
        'document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })',
      )
      demand(visible === '{}', `scripts can read ${visible}`)
      await tab.page.getByRole('button', { name: /^Account of Alice/ }).waitFor()
      return undefined
    },
  },
  {
    name: 'issuer-renewal',
    about: `a session continues after the ${tokenSeconds} s of its token, without a visit to the identity provider`,
    async run(fixture) {
      const { origin } = fixture.server
      await using tab = await openTab(fixture)
      await signInAtKeycloak(tab.page, origin, 'alice')
      await tab.page.waitForTimeout((tokenSeconds + 5) * 1_000)
      await tab.page.getByRole('link', { name: 'Sessions', exact: true }).click()
      await tab.page.getByRole('heading', { name: 'Sessions' }).waitFor()
      await tab.page.getByText('Alice').first().waitFor()
      demand(tab.page.url().startsWith(`${origin}/console/sessions`), `at ${tab.page.url()}`)
      return `${tokenSeconds + 5} s`
    },
  },
  {
    name: 'issuer-sign-out',
    about: 'a sign-out also ends the session at the identity provider, which then asks for the password',
    async run(fixture) {
      const { origin } = fixture.server
      await using tab = await openTab(fixture)
      await signInAtKeycloak(tab.page, origin, 'alice')
      await tab.page.getByRole('button', { name: /^Account/ }).click()
      await tab.page.getByRole('button', { name: 'Sign out' }).click()
      await tab.page.getByRole('button', { name: 'Sign in with Keycloak' }).waitFor()
      demand(tab.page.url().startsWith(`${origin}/console/`), `at ${tab.page.url()}`)
      await tab.page.getByRole('button', { name: 'Sign in with Keycloak' }).click()
      await tab.page.locator('#password').waitFor()
      return undefined
    },
  },
  {
    name: 'back-channel-logout',
    about: 'a logout that the identity provider reports ends the session at once',
    async run(fixture) {
      const { origin } = fixture.server
      const keycloak = keycloakOf(fixture)
      await using tab = await openTab(fixture)
      await signInAtKeycloak(tab.page, origin, 'bob')
      await keycloak.admin('POST', `/users/${await userId(keycloak, 'bob')}/logout`)
      const startedAt = performance.now()
      await waitUntilSignedOut(tab.page, origin)
      return `${Math.round(performance.now() - startedAt)} ms`
    },
  },
  {
    name: 'issuer-disabled',
    about: `a user who is disabled at the identity provider is signed out within ${disabledSeconds} s`,
    async run(fixture) {
      const { origin } = fixture.server
      const keycloak = keycloakOf(fixture)
      await using tab = await openTab(fixture)
      await signInAtKeycloak(tab.page, origin, 'mallory')
      await open(tab.page, origin, '/sessions')
      const path = `/users/${await userId(keycloak, 'mallory')}`
      const user = (await keycloak.admin('GET', path)) as object
      await keycloak.admin('PUT', path, { ...user, enabled: false })
      const startedAt = performance.now()
      try {
        for (;;) {
          await tab.page.goto(`${origin}/console/sessions`)
          await tab.page.getByRole('heading', { name: /^(Sessions|Sign in to Headgate)$/ }).waitFor()
          if ((await tab.page.getByRole('heading', { name: 'Sign in to Headgate' }).count()) > 0) break
          const seconds = (performance.now() - startedAt) / 1_000
          demand(seconds < disabledSeconds, `the user is still signed in after ${Math.round(seconds)} s`)
          await tab.page.waitForTimeout(1_000)
        }
      } finally {
        await keycloak.admin('PUT', path, { ...user, enabled: true })
      }
      return `${Math.round((performance.now() - startedAt) / 1_000)} s`
    },
  },
  {
    name: 'issuer-principal-disabled',
    about:
      'a user of the identity provider whom an administrator of the server disables is signed out, and cannot sign in',
    async run(fixture) {
      const { origin } = fixture.server
      await using tab = await openTab(fixture)
      await signInAtKeycloak(tab.page, origin, 'bob')
      const { json } = await fixture.admin('GET', '/management/v1/principals?pageSize=1000')
      const { principals } = json as {
        readonly principals: readonly { id: string; issuer: string; name: string }[]
      }
      const bob = principals.find(({ issuer, name }) => issuer !== 'headgate' && name.startsWith('Bob'))
      await must(fixture.admin('POST', `/management/v1/principals/${bob?.id}/disable`))
      await waitUntilSignedOut(tab.page, origin)
      await tab.page.getByRole('button', { name: 'Sign in with Keycloak' }).click()
      await tab.page.getByText('An administrator has disabled you.').waitFor()
      await must(fixture.admin('POST', `/management/v1/principals/${bob?.id}/enable`))
      return undefined
    },
  },
]
