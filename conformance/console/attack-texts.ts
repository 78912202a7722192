import type { Check } from '../lib/run-checks.ts'
import { demand } from '../lib/outcome.ts'
import { must } from './api.ts'
import { toView } from './content.ts'
import { type Fixture, open, openTab, signIn } from './fixture.ts'
import { takeReports } from './look.ts'

/** Texts that a page without protection would run, or that would change its structure. */
const payloads: readonly string[] = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "');alert(1)//",
  'javascript:alert(1)',
  '${alert(1)}{{alert(1)}}',
  '<iframe srcdoc="<script>parent.alert(1)</script>">',
  '<style>*{display:none}</style>',
  '</title></textarea><base href=//evil.example>',
  '__proto__',
]

const schemaOf = (text: string): unknown => ({
  type: 'struct',
  fields: [{ id: 1, name: text, type: 'long', required: false, doc: text }],
})

async function plant({ admin }: Fixture, text: string, index: number): Promise<string> {
  const namespace = [`ns ${index} ${text}`.replaceAll('/', '∕')]
  const path = `/v1/lakehouse/namespaces/${encodeURIComponent(namespace[0] ?? '')}`
  const properties = { comment: text, [`p ${text}`]: text }
  await must(admin('POST', '/v1/lakehouse/namespaces', { namespace, properties }))
  const name = `t ${text}`.replaceAll('/', '∕')
  const made = await admin('POST', `${path}/tables`, { name, schema: schemaOf(text), properties })
  if (made.status !== 200)
    await must(
      admin('POST', `${path}/tables`, { name: `t ${index}`, schema: schemaOf(`c${index}`), properties }),
    )
  await must(admin('POST', `${path}/views`, toView(text, `v ${text}`.replaceAll('/', '∕'))))
  await admin('GET', `${path}/tables/${encodeURIComponent(text)}`, undefined, {
    'user-agent': text.replaceAll(/[^ -~]/g, ''),
  })
  return namespace[0] ?? ''
}

/** Returns the attack by some texts that clients can write: names, comments, properties, SQL and headers. */
function attackBy(texts: readonly string[]): Check<Fixture> {
  return {
    name: 'texts',
    about: 'no name, comment, property, SQL text or header of a client runs as a script or changes a page',
    async run(fixture) {
      const { origin, adminCredential } = fixture.server
      await using tab = await openTab(fixture)
      await signIn(tab.page, origin, adminCredential)
      let pages = 0
      for (const [index, text] of texts.entries()) {
        const namespace = encodeURIComponent(await plant(fixture, text, index))
        const table = encodeURIComponent(`t ${text}`.replaceAll('/', '∕'))
        const view = encodeURIComponent(`v ${text}`.replaceAll('/', '∕'))
        const base = `/w/lakehouse/n/${namespace}`
        const tabs = ['', '?tab=properties', '?tab=access', '?tab=history']
        const paths = [
          base,
          `${base}?tab=views`,
          `${base}?tab=properties`,
          ...tabs.map((query) => `${base}/t/${table}${query}`),
          ...tabs.map((query) => `${base}/v/${view}${query}`),
          `/audit?object=${encodeURIComponent(text)}&principal=${encodeURIComponent(text)}`,
          `/explain?privilege=select&principal=${encodeURIComponent(text)}&warehouse=${encodeURIComponent(text)}`,
          `/w/${encodeURIComponent(text)}`,
        ]
        for (const path of paths) {
          await open(tab.page, origin, path)
          pages += 1
          const reports = takeReports(tab)
          demand(reports.length === 0, `${path}: ${reports.join('\n')}`)
          const strange = await tab.page.evaluate<string>(
            `[...document.querySelectorAll('script:not([src]), iframe, base, img, object, embed, style, a[href^="javascript:" i]')].map((e) => e.outerHTML).join()`,
          )
          demand(strange === '', `${path} contains ${strange}`)
          demand(tab.page.url().startsWith(origin), `${path} led to ${tab.page.url()}`)
        }
      }
      await open(tab.page, origin, '/audit')
      const reports = takeReports(tab)
      demand(reports.length === 0, reports.join('\n'))
      return `${texts.length} texts on ${pages} pages`
    },
  }
}

const frames: Check<Fixture> = {
  name: 'frames',
  about: 'no page of another origin can frame the console, and no script of a page can send HTML into it',
  async run(fixture) {
    const { origin, adminCredential } = fixture.server
    await using tab = await openTab(fixture)
    await signIn(tab.page, origin, adminCredential)
    const refused = await tab.page.evaluate<boolean>(
      `(() => { try { document.body.innerHTML = '<b>x</b>'; return false } catch { return true } })()`,
    )
    demand(refused, 'a text became HTML')
    tab.reports.splice(0)
    const framed = await tab.page.evaluate<string>(
      `new Promise((resolve) => { const f = document.createElement('iframe'); f.src = location.href; f.onload = () => { let t = 'blocked'; try { t = f.contentDocument?.querySelector('#app') ? 'framed' : 'blocked' } catch {} resolve(t) }; document.body.append(f); setTimeout(() => resolve('blocked'), 3000) })`,
    )
    demand(framed === 'blocked', 'the console was shown in a frame')
    return undefined
  },
}

export const textAttacks: readonly Check<Fixture>[] = [attackBy(payloads), frames]

export const quickTextAttacks: readonly Check<Fixture>[] = [attackBy(payloads.slice(0, 2)), frames]
