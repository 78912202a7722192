import type { Check } from '../lib/run-checks.ts'
import { demand } from '../lib/outcome.ts'
import { type Fixture, open, openTab, signIn } from './fixture.ts'
import { findAccessibilityFaults, takePicture, takeReports } from './look.ts'
import { pages } from './pages.ts'

const views = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
  'phone-dark': { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
  large: { colorScheme: 'light', viewport: { width: 3840, height: 2160 } },
} as const

const toCheck = (
  [view, options]: readonly [string, (typeof views)[keyof typeof views]],
  shown: typeof pages = pages,
): Check<Fixture> => ({
  name: `pages-${view}`,
  about: `every page in the view ${view} has no fault of accessibility, no report of the browser, and does not scroll sideways`,
  async run(fixture) {
    await using tab = await openTab(fixture, options)
    const { origin, adminCredential } = fixture.server
    await signIn(tab.page, origin, adminCredential)
    const faults: string[] = []
    for (const [name, path] of shown) {
      await open(tab.page, origin, path).catch((error: unknown) => {
        throw new Error(`${name} did not load`, { cause: error })
      })
      await takePicture(fixture, tab, `${view}-${name}`)
      for (const fault of [...(await findAccessibilityFaults(fixture, tab)), ...takeReports(tab)])
        faults.push(`${name}: ${fault}`)
      const isWide = await tab.page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')
      if (isWide) faults.push(`${name}: scrolls sideways`)
    }
    demand(faults.length === 0, faults.join('\n'))
    return `${shown.length} pages`
  },
})

/** Checks of all pages in all views. */
export const pageChecks: readonly Check<Fixture>[] = Object.entries(views).map((view) => toCheck(view))

/** Check of every third page in one view. */
export const quickPageChecks: readonly Check<Fixture>[] = [
  toCheck(
    ['phone-dark', views['phone-dark']],
    pages.filter((_, index) => index % 3 === 0),
  ),
]
