import { join } from 'node:path'
import type { Fixture, Tab } from './fixture.ts'

/** Returns the faults of accessibility on a page that axe-core finds. */
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

/** Takes a screenshot. */
export async function takePicture({ pictures }: Fixture, { page }: Tab, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}

/**
 * Returns the reports of a tab and removes them. Chromium reports every response with an error status, which is expected
 * for objects that do not exist.
 */
export function takeReports({ reports }: Tab): readonly string[] {
  return reports.splice(0).filter((text) => !text.startsWith('Failed to load resource'))
}
