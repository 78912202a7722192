import { join } from 'node:path'
import type { Fixture, Tab } from './fixture.ts'

/** Runs axe-core on a page and returns the accessibility faults that it finds. */
export async function findAccessibilityFaults({ tools }: Fixture, tab: Tab): Promise<readonly string[]> {
  const session = await tab.context.newCDPSession(tab.page)
  const summary =
    'axe.run().then((r) => r.violations.map((v) => `${v.id} ${v.nodes[0]?.html.slice(0, 120)}`))'
  const { result } = await session.send('Runtime.evaluate', {
    expression: `${tools.axe}; ${summary}`,
    awaitPromise: true,
    returnByValue: true,
  })
  if (!Array.isArray(result?.value)) throw new Error('axe-core returned no result')
  return result.value as readonly string[]
}

/** Saves a screenshot of a page. */
export async function takePicture({ pictures }: Fixture, { page }: Tab, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}

/**
 * Removes and returns the messages that the browser reported for a tab. Omits the message of Chromium for every error
 * status, which is expected for objects that do not exist.
 */
export function takeReports({ reports }: Tab): readonly string[] {
  return reports.splice(0).filter((text) => !text.startsWith('Failed to load resource'))
}
