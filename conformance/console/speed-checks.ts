import type { Check } from '../lib/run-checks.ts'
import { demand } from '../lib/outcome.ts'
import { type Fixture, open, openTab, signIn } from './fixture.ts'

const maxFirstPageMs = 300
const maxHeapGrowthBytes = 8_000_000

/** Checks of the time until the first page and a long list are shown, and of memory use. */
export const speedChecks: readonly Check<Fixture>[] = [
  {
    name: 'first-page',
    about: `a signed-in browser shows the first page within ${maxFirstPageMs} ms, as the median of 5 loads`,
    async run(fixture) {
      await using tab = await openTab(fixture)
      const { page } = tab
      await signIn(page, fixture.server.origin, fixture.server.adminCredential)
      const times: number[] = []
      for (let load = 0; load < 5; load += 1) {
        await page.reload()
        await page.locator('.card').first().waitFor()
        // Time from the start of the navigation until the list is in the document.
        times.push(await page.evaluate<number>('Math.round(performance.now())'))
      }
      const median = times.toSorted((a, b) => a - b)[2] ?? 0
      demand(median <= maxFirstPageMs, `the median is ${median} ms of ${times.join(', ')}`)
      return `${median} ms`
    },
  },
  {
    name: 'long-list',
    about: 'a long list of tables is scrolled to its end and back, and the heap does not grow with it',
    async run(fixture) {
      const { origin, adminCredential } = fixture.server
      await using tab = await openTab(fixture)
      const { page } = tab
      await signIn(page, origin, adminCredential)
      await open(page, origin, '/w/lakehouse/n/logs')
      const before = await heapBytes(tab)
      const last = `event_${String(fixture.tables - 1).padStart(7, '0')}`
      for (let step = 0; step < 5_000; step += 1) {
        await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
        await page.waitForTimeout(60)
        if ((await page.getByText(last).count()) > 0) break
      }
      demand((await page.getByText(last).count()) > 0, `the end of the list was not reached`)
      const rendered = await page.locator('.row').count()
      demand(rendered < 200, `the document contains ${rendered} rows`)
      await page.evaluate('scrollTo(0, 0)')
      await page.getByText('event_0000000').waitFor()
      const grown = (await heapBytes(tab)) - before
      demand(grown < maxHeapGrowthBytes, `the heap grew by ${grown} bytes`)
      return `${fixture.tables} tables, ${rendered} rows in the document, heap ${(grown / 1e6).toFixed(1)} MB larger`
    },
  },
]

async function heapBytes({ page }: Awaited<ReturnType<typeof openTab>>): Promise<number> {
  return page.evaluate<number>('(gc(), performance.memory.usedJSHeapSize)')
}
