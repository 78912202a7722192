import type { Check } from '../lib/run-checks.ts'
import { must, senderOf, sendAs } from './api.ts'
import { refusedQuery } from './content.ts'
import { demand } from '../lib/outcome.ts'
import { type Fixture, open, openTab, signIn } from './fixture.ts'
import { findAccessibilityFaults, takePicture, takeReports } from './look.ts'

const orders = '/v1/lakehouse/namespaces/sales/tables/orders'

/** Checks of tasks that people use the console for, from the sign-in to the result. */
export const journeyChecks: readonly Check<Fixture>[] = [
  {
    name: 'refused',
    about:
      'from a query id, one click leads to the identity that arrived and to why it was refused, and one more to its storage credentials',
    async run(fixture) {
      const { origin, adminCredential } = fixture.server
      const bob = await senderOf(fixture.server, fixture.users.bob)
      const { status } = await bob('GET', orders, undefined, { 'x-headgate-query-id': refusedQuery })
      demand(status === 403, `the request was answered with ${status}`)
      await using tab = await openTab(fixture)
      await signIn(tab.page, origin, adminCredential)
      await waitForEvent(fixture, `queryId=${refusedQuery}`)
      await open(tab.page, origin, `/audit?queryId=${refusedQuery}`)
      await tab.page.getByRole('link', { name: 'loadTable' }).first().click()
      await tab.page.getByRole('heading', { name: 'Which identity arrived' }).waitFor()
      await takePicture(fixture, tab, 'light-event')
      await tab.page.getByText('bob may not select lakehouse:sales.orders.').waitFor()
      await tab.page.getByRole('heading', { name: 'Principals that can grant it' }).waitFor()
      await tab.page.getByRole('link', { name: 'Which storage credentials does it hold?' }).click()
      await tab.page.getByRole('heading', { name: 'Storage credentials' }).waitFor()
      return undefined
    },
  },
  {
    name: 'claimed',
    about: 'the event of a refused token shows its claims, marked as not verified, and the true reason',
    async run(fixture) {
      const { origin, adminCredential } = fixture.server
      const claims = { iss: 'https://idp.example/realms/x', sub: 'alice', aud: 'other', exp: 4_000_000_000 }
      const parts = [{ alg: 'RS256', kid: 'k1' }, claims].map((part) => toBase64(JSON.stringify(part)))
      await sendAs(origin, [...parts, toBase64('x'.repeat(256))].join('.'))('GET', orders)
      await using tab = await openTab(fixture)
      await signIn(tab.page, origin, adminCredential)
      await waitForEvent(fixture, 'outcome=denied&principal=unidentified')
      await open(tab.page, origin, '/audit?outcome=denied&principal=unidentified')
      await tab.page.getByRole('link', { name: 'loadTable' }).first().click()
      await tab.page.getByText('https://idp.example/realms/x').first().waitFor()
      await tab.page.getByText('not verified').first().waitFor()
      await tab.page.getByText('no such issuer is configured').first().waitFor()
      await takePicture(fixture, tab, 'light-claimed')
      return undefined
    },
  },
  {
    name: 'credentials',
    about: 'the credential that a client received is listed, and is revoked by a dialog',
    async run(fixture) {
      const { origin, adminCredential } = fixture.server
      await must(
        fixture.admin('GET', orders, undefined, { 'x-iceberg-access-delegation': 'vended-credentials' }),
      )
      await using tab = await openTab(fixture)
      await signIn(tab.page, origin, adminCredential)
      await waitFor(async () => {
        const { json } = await fixture.admin('GET', '/management/v1/storage-access')
        return (json as { readonly access: readonly unknown[] }).access.length > 0
      })
      await open(tab.page, origin, '/credentials')
      await takePicture(fixture, tab, 'light-credentials-filled')
      const faults = await findAccessibilityFaults(fixture, tab)
      demand(faults.length === 0, faults.join('\n'))
      await tab.page
        .getByRole('button', { name: /^Revoke/ })
        .first()
        .click()
      await takePicture(fixture, tab, 'light-revoke')
      await tab.page.getByRole('button', { name: 'Revoke', exact: true }).click()
      await tab.page.getByText('revoked').first().waitFor()
      return undefined
    },
  },
  {
    name: 'grant',
    about:
      'a grant is made in a dialog with only the keyboard, the list of holders shows it, and it is revoked',
    async run(fixture) {
      const { origin, adminCredential } = fixture.server
      await using tab = await openTab(fixture)
      const { page } = tab
      await signIn(page, origin, adminCredential)
      await open(page, origin, '/w/lakehouse/n/sales/t/orders?tab=access')
      await page.getByRole('button', { name: 'Grant', exact: true }).focus()
      await page.keyboard.press('Enter')
      await page.getByLabel('To', { exact: true }).fill('bob')
      await page.getByText('Gains select: bob.').waitFor()
      await takePicture(fixture, tab, 'light-grant')
      const faults = [...(await findAccessibilityFaults(fixture, tab)), ...takeReports(tab)]
      demand(faults.length === 0, faults.join('\n'))
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.getByRole('list', { name: 'Principals with access' }).getByText('bob').waitFor()
      await page.getByRole('button', { name: 'Revoke select bob' }).click()
      await page.getByText('Loses select: bob.').waitFor()
      await page.getByRole('button', { name: 'Revoke', exact: true }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      return undefined
    },
  },
  {
    name: 'restore',
    about: 'a dropped table is restored',
    async run(fixture) {
      const { origin, adminCredential } = fixture.server
      await using tab = await openTab(fixture)
      const { page } = tab
      await signIn(page, origin, adminCredential)
      await open(page, origin, '/w/lakehouse?tab=dropped')
      await page
        .getByRole('button', { name: /^Restore/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Restore', exact: true }).click()
      await page.getByText('Nothing was dropped').waitFor()
      await open(page, origin, '/w/lakehouse/n/sales/t/old_orders')
      return undefined
    },
  },
]

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/**
 * Waits until the audit log contains a matching event. The server writes refusals in batches, so they appear with a
 * delay.
 */
function waitForEvent(fixture: Fixture, query: string): Promise<void> {
  return waitFor(async () => {
    const { json } = await fixture.admin('GET', `/management/v1/audit?${query}`)
    return (json as { readonly events: readonly unknown[] }).events.length > 0
  })
}

async function waitFor(isDone: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if (await isDone()) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error('the server recorded nothing within 15 seconds')
}
