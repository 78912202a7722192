import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkSite } from './check-site.ts'

const folder = mkdtempSync(join(tmpdir(), 'headgate-site-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

test('checkSite reports links without a target and resources from other servers', () => {
  write('assets/app.js', '')
  write('assets/style.css', '@font-face { src: url(https://fonts.test/a.woff2) } a { b: url(x.png) }')
  write(
    'index.html',
    `<h2 id="top">Top</h2><a href="/docs/a/">a</a> <a href="/docs/a/b.html#one">b</a> <a href="#top">c</a>
    <a href="/docs/gone.html">d</a> <a href="a/b.html#two">e</a> <a href="/outside.html">f</a>
    <a href="https://x.test/">g</a><script type="module" src="/docs/assets/app.js"></script>
    <script>const text = '<a href="/docs/not-a-link.html">'</script>`,
  )
  write(
    'a/index.html',
    `<a href="../index.html#top">a</a><script src="//cdn.test/x.js"></script><img src="y.png">`,
  )
  write('a/b.html', '<p id="one">One</p>')
  expect(checkSite(folder, '/docs/')).toEqual({
    pages: 3,
    links: 7,
    faults: [
      {
        file: 'a/index.html',
        target: '//cdn.test/x.js',
        reason: 'The page loads this resource from another server.',
      },
      { file: 'a/index.html', target: 'y.png', reason: 'The site does not contain this file.' },
      { file: 'index.html', target: '/docs/gone.html', reason: 'The site has no page or file at this path.' },
      {
        file: 'index.html',
        target: 'a/b.html#two',
        reason: 'The page a/b.html has no element with the id two.',
      },
      { file: 'index.html', target: '/outside.html', reason: 'The site has no page or file at this path.' },
      {
        file: 'assets/style.css',
        target: 'https://fonts.test/a.woff2',
        reason: 'The style sheet loads this resource from another server.',
      },
    ],
  })
})
