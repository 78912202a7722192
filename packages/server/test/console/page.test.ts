import { afterAll, beforeAll, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import { type TestServer, testServer } from '../server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer({})
})
afterAll(() => server[Symbol.asyncDispose]())

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(server.url + path, { headers })

test('the URL of the catalog and every path below /console show the page of the web console, with links to its files', async () => {
  const start = await get('/', { accept: 'text/html' })
  expect(start.url).toBe(`${server.url}/console/`)
  for (const path of ['/console', '/console/', '/console/audit', '/console/w/lake%20house/n/a%1Fb/t/c']) {
    const page = await get(path)
    expect(page.status, path).toBe(200)
    const files = [...(await page.text()).matchAll(/(?:src|href)="(\.[^"]+)"/g)]
    expect(files.length).toBeGreaterThan(2)
    for (const [, file = ''] of files) expect((await get(new URL(file, page.url).pathname)).status).toBe(200)
  }
})

test('the page of the web console has a security policy, and its files are immutable and compressed', async () => {
  const page = await get('/console/')
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(page.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'")
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  expect(page.headers.get('cache-control')).toBe('no-cache')
  const [, script = ''] = /src="\.(\/assets\/[^"]+)"/.exec(await page.text()) ?? []
  for (const encoding of ['br', 'gzip', 'identity']) {
    const file = await get(`/console${script}`, { 'accept-encoding': encoding })
    expect(file.headers.get('content-encoding') ?? 'identity').toBe(encoding)
    expect(file.headers.get('cache-control')).toContain('immutable')
    expect(await file.text()).toContain('import')
  }
})

test('a file of the web console that does not exist results in 404, also for paths that leave the folder', async () => {
  for (const path of [
    '/console/assets/none.js',
    '/console/assets/..%2F..%2Fpackage.json',
    '/console/assets/',
  ])
    expect((await get(path)).status, path).toBeGreaterThanOrEqual(400)
})

test('the code before the first page of the web console has at most 80 KB, and that of each page at most 60 KB, compressed', async () => {
  const page = await get('/console/')
  const text = await page.text()
  const names = [...text.matchAll(/(?:src|href)="\.(\/assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, name = '']) => name,
  )
  const sizes = await Promise.all(names.map(async (name) => toSize(await get(`/console${name}`))))
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(80_000)
  const scripts = await Promise.all(names.map(async (name) => (await get(`/console${name}`)).text()))
  const later = new Set(scripts.join('').match(/[\w-]+-[\w-]{8}\.js/g))
  expect(later.size).toBeGreaterThan(5)
  for (const name of later)
    expect(await toSize(await get(`/console/assets/${name}`)), name).toBeLessThan(60_000)
})

async function toSize(response: Response): Promise<number> {
  return gzipSync(await response.bytes()).length
}
