import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../test/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer({ console: false })
})
afterAll(() => server[Symbol.asyncDispose]())

test('the URL of a catalog without the web console shows a page in a browser, and all links of the page exist', async () => {
  const page = await fetch(`${server.url}/`, { headers: { accept: 'text/html' } })
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('content-security-policy')).toBe("default-src 'none'")
  const text = await page.text()
  expect(text).toContain('Iceberg REST catalog')
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href)
  expect(links).toContain('openapi.json')
  for (const link of links) expect((await fetch(new URL(link, page.url))).status, link).toBe(200)
  expect((await fetch(`${server.url}/`, { method: 'HEAD' })).status).toBe(200)
})

test('/openapi.json describes the management interface without a token', async () => {
  const response = await fetch(`${server.url}/openapi.json`)
  expect(response.status).toBe(200)
  const document = (await response.json()) as { openapi: string; paths: Record<string, unknown> }
  expect(document.openapi).toBe('3.1.1')
  expect(Object.keys(document.paths)).toContain('/management/v1/warehouses')
})
