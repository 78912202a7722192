import type { Check } from '../lib/run-checks.ts'
import { must } from './api.ts'
import { demand } from '../lib/outcome.ts'
import { type Fixture, open, openTab, showSecretForm, signIn } from './fixture.ts'
import { findAccessibilityFaults, takePicture, takeReports } from './look.ts'

/** Checks of the sign-in and sign-out of the console. */
export const sessionChecks: readonly Check<Fixture>[] = [
  {
    name: 'sign-in-page',
    about: 'the page of the sign-in has no fault of accessibility, and shows why a wrong secret is refused',
    async run(fixture) {
      await using tab = await openTab(fixture)
      await tab.page.goto(`${fixture.server.origin}/`)
      await showSecretForm(tab.page)
      await tab.page.getByLabel('Client id').fill('bob')
      await takePicture(fixture, tab, 'light-sign-in')
      const faults = [...(await findAccessibilityFaults(fixture, tab)), ...takeReports(tab)]
      demand(faults.length === 0, faults.join('\n'))
      await tab.page.getByLabel('Client secret').fill('wrong')
      await tab.page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await tab.page.getByRole('alert').waitFor()
      return undefined
    },
  },
  {
    name: 'code',
    about: 'the link of headgate console signs one browser in, and the code does not stay in the address',
    async run(fixture) {
      const { origin } = fixture.server
      const { code } = (await must(fixture.admin('POST', '/management/v1/console-codes'))) as {
        readonly code: string
      }
      await using first = await openTab(fixture)
      await first.page.goto(`${origin}/console/enter#${code}`)
      await first.page.getByRole('heading', { name: 'Warehouses' }).waitFor()
      demand(!first.page.url().includes(code), 'the code is still in the address')
      const [cookie] = await first.context.cookies()
      demand(cookie?.httpOnly === true && cookie.sameSite === 'Strict', JSON.stringify(cookie))
      const visible = await first.page.evaluate<string>(
        'document.cookie + JSON.stringify({ ...localStorage })',
      )
      demand(visible === '{}', `scripts can read ${visible}`)
      await using second = await openTab(fixture)
      await second.page.goto(`${origin}/console/enter#${code}`)
      await second.page.getByRole('heading', { name: 'The link does not work' }).waitFor()
      return undefined
    },
  },
  {
    name: 'sign-out',
    about: 'a sign-out ends the session in all tabs of the browser',
    async run(fixture) {
      const { origin } = fixture.server
      await using tab = await openTab(fixture)
      await signIn(tab.page, origin, fixture.users.bob)
      const other = await tab.context.newPage()
      await other.goto(`${origin}/console/sessions`)
      await other.getByRole('heading', { name: 'Sessions' }).waitFor()
      await tab.page.getByRole('button', { name: /^Account/ }).click()
      await tab.page.getByRole('button', { name: 'Sign out' }).click()
      await tab.page.getByRole('heading', { name: 'Sign in to Headgate' }).waitFor()
      await other.reload()
      await other.getByRole('heading', { name: 'Sign in to Headgate' }).waitFor()
      return undefined
    },
  },
  {
    name: 'disabled',
    about: 'a disabled user is signed out within 30 seconds',
    async run(fixture) {
      const { origin } = fixture.server
      await using tab = await openTab(fixture)
      await signIn(tab.page, origin, fixture.users.ada)
      await open(tab.page, origin, '/w/lakehouse/n/sales')
      await must(fixture.admin('POST', '/management/v1/principals/ada/disable'))
      const startedAt = performance.now()
      await tab.page.getByRole('link', { name: 'Views', exact: true }).click()
      await tab.page.getByRole('heading', { name: 'Sign in to Headgate' }).waitFor({ timeout: 30_000 })
      await must(fixture.admin('POST', '/management/v1/principals/ada/enable'))
      return `${Math.round(performance.now() - startedAt)} ms`
    },
  },
]
