import { describe, expect, it } from 'vitest'
import type { LoadPlan, Requests } from './plan.ts'
import { createBody, createRequests } from './requests.ts'

function plan(requests: Requests): LoadPlan {
  const times = { warmUpMs: 0, durationMs: 0 }
  return { host: 'h', port: 1, connections: 2, headers: { accept: 'a' }, requests, seed: 3, ...times }
}

function tables(among: number, skew = 1): string[] {
  const prefix = '/v1/w/namespaces/n'
  const next = createRequests(plan({ kind: 'tables', prefix, tables: 1_000, namespaces: 10, among, skew }), 0)
  return Array.from({ length: 2_000 }, () => /GET (\S+)/.exec(next())?.[1] ?? '')
}

describe('createRequests', () => {
  it('each request contains a request line and all headers', () => {
    const next = createRequests(plan({ kind: 'paths', paths: ['/a'] }), 0)
    expect(next()).toBe('GET /a HTTP/1.1\r\nhost: h:1\r\naccept: a\r\n\r\n')
  })

  it('POST requests repeat the same body', () => {
    const next = createRequests(
      plan({ kind: 'posts', path: '/t', contentType: 'text/plain', body: 'é=1' }),
      0,
    )
    const head =
      'POST /t HTTP/1.1\r\nhost: h:1\r\naccept: a\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n'
    expect(next()).toBe(`${head}\r\né=1`)
  })

  it('table requests choose from all tables and contain the namespace of the chosen table', () => {
    const paths = tables(1_000)
    for (const path of paths) {
      const [, namespace, table] = /n(\d+)\/tables\/t(\d+)$/.exec(path) ?? []
      expect(Number(table) % 10).toBe(Number(namespace))
    }
    expect(new Set(paths).size).toBeGreaterThan(500)
  })

  it('table requests for a hot set (frequently used tables) name all tables of the set and no other table', () => {
    expect(new Set(tables(20)).size).toBe(20)
  })

  it('table requests with a skewed random choice mostly name a few tables', () => {
    const hottest = tables(1_000, 4).filter((path) => Number(/t(\d+)$/.exec(path)?.[1]) < 10)
    expect(hottest.length / 2_000).toBeCloseTo(0.01 ** (1 / 4), 1)
  })

  it('generators with the same seed create the same requests', () => {
    expect(tables(1_000)).toEqual(tables(1_000))
  })

  it('each connection requests its objects one after the other, with the headers that belong to each object', () => {
    const objects = ['/a', '/b', '/c', '/d'].map((path) => ({ path, headers: { 'x-of': path } }))
    const put = plan({ kind: 'objects', method: 'PUT', objects, bodyBytes: 3 })
    const next = createRequests(put, 1)
    expect(next()).toBe('PUT /b HTTP/1.1\r\nhost: h:1\r\naccept: a\r\nx-of: /b\r\ncontent-length: 3\r\n\r\n')
    expect([next(), next()].map((text) => text.slice(0, 6))).toEqual(['PUT /d', 'PUT /b'])
    expect(createBody(put)).toHaveLength(3)
    expect(createBody(plan({ kind: 'paths', paths: [] }))).toBeNull()
  })

  it('each commit request contains a unique value', () => {
    const next = createRequests(plan({ kind: 'commits', paths: ['/a', '/b'], body: '{"x":"«N»"}' }), 1)
    const [first, second] = [next(), next()]
    expect(first).toMatch(/^POST \/b /)
    expect(first).not.toBe(second)
    const [, length, body = ''] = /content-length: (\d+)\r\n\r\n(.*)$/s.exec(first) ?? []
    expect(Number(length)).toBe(Buffer.byteLength(body))
  })
})
