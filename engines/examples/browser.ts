import { findChromium } from '../../conformance/lib/chromium.ts'
import type { Example } from './example.ts'
import { readPage } from './read-page.ts'

export const browserExample: Example = {
  name: 'browser',
  quick: false,
  prepare() {
    const isMissing = findChromium() === undefined
    return Promise.resolve(
      isMissing ? 'Chromium is not installed. Install it, for example with apt-get install chromium.' : {},
    )
  },
  async check({ keeper, folder }, printed) {
    const url = printed.find((line) => line.startsWith('Open '))?.slice('Open '.length) ?? ''
    const texts = ['This is visit 1.', 'sales.visits: page']
    await readPage(keeper, { command: findChromium() ?? '', folder, url, texts, timeoutMs: 60_000 })
  },
}
