import type { ServerResponse } from 'node:http'
import { RestCatalog } from '@headgate/iceberg/client'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { expect, it } from 'vitest'
import { runTasks } from '../src/import/run-tasks.ts'
import type { Side } from '../src/import/side.ts'
import { walkSource } from '../src/import/walk-source.ts'

/** Function that returns the response to a path, or undefined for a response with status 404. */
type Responses = (path: string) => { readonly status?: number; readonly body: object } | undefined

/** Starts an HTTP server that acts as a catalog. Its configuration response lists no endpoints. */
async function startCatalog(responses: Responses): Promise<HttpTestServer> {
  return await startHttpServer(({ target }, response: ServerResponse) => {
    const found = target.startsWith('/v1/config')
      ? { body: { defaults: {}, overrides: {} } }
      : (responses(target) ?? {
          status: 404,
          body: { error: { message: 'no route', type: 'NotFound', code: 404 } },
        })
    response.writeHead(found.status ?? 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found.body))
  })
}

/** Lists the tables and views of a catalog with `walkSource`. Returns their names, and the warnings and problems. */
async function walk(responses: Responses): Promise<{ readonly names: string[]; readonly texts: string[] }> {
  await using server = await startCatalog(responses)
  const properties = { 'view-endpoints-supported': 'true' }
  await using catalog = await RestCatalog.connect({ uri: server.url, properties, maxRetries: 0 })
  const side: Side = { role: 'source', url: server.url, catalog }
  const names: string[] = []
  const texts: string[] = []
  const task = walkSource({
    source: side,
    target: { ...side, role: 'target' },
    selection: { include: [], exclude: [] },
    ensureNamespace: () => Promise.resolve(false),
    onNamespace: () => undefined,
    onRelation: ({ kind, identifier }) => {
      names.push(`${kind} ${identifier.namespace.join('.')}.${identifier.name}`)
      return Promise.resolve()
    },
    onFound: () => {},
    onProblem: (namespace, reason) => texts.push(`${namespace.join('.')}: ${reason}`),
    warn: (text) => texts.push(text),
  })
  await runTasks([task], { parallel: 2, signal: new AbortController().signal })
  return { names: names.toSorted(), texts }
}

const identifiers = (namespace: string, ...names: string[]): { readonly body: object } => ({
  body: { identifiers: names.map((name) => ({ namespace: [namespace], name })) },
})
const namespaces = { body: { namespaces: [['a'], ['b']] } }

it('the import lists each namespace once if a catalog ignores the parent of a list', async () => {
  const { names, texts } = await walk((path) => {
    if (path.startsWith('/v1/namespaces?')) return namespaces
    if (path.includes('/tables')) return identifiers(path.includes('/a/') ? 'a' : 'b', 't')
    return path.includes('/views') ? identifiers('x') : undefined
  })
  expect(names).toEqual(['table a.t', 'table b.t'])
  expect(texts).toEqual([])
})

it('the import warns once if a catalog refuses to list nested namespaces, and once if it refuses to list views', async () => {
  const { names, texts } = await walk((path) => {
    if (path.includes('parent=')) return undefined
    if (path.startsWith('/v1/namespaces?')) return namespaces
    return path.includes('/tables') ? identifiers(path.includes('/a/') ? 'a' : 'b', 't') : undefined
  })
  expect(names).toEqual(['table a.t', 'table b.t'])
  expect(texts.toSorted()).toEqual([
    'The source refused to list namespaces inside other namespaces, so only the outermost namespaces are imported. Source (404): no route',
    'The source refused to list views, so no views are imported. Source (404): no route',
  ])
})

it('the import reports a namespace that cannot be listed, and continues with all other namespaces', async () => {
  const refused = {
    status: 403,
    body: { error: { message: 'not yours', type: 'ForbiddenException', code: 403 } },
  }
  const { names, texts } = await walk((path) => {
    if (path.includes('parent=')) return { body: { namespaces: [] } }
    if (path.startsWith('/v1/namespaces?')) return namespaces
    if (path.includes('/views')) return identifiers('x')
    if (path.includes('/a/')) return refused
    return path.includes('pageToken=2')
      ? identifiers('b', 't2')
      : { body: { ...identifiers('b', 't1').body, 'next-page-token': '2' } }
  })
  expect(names).toEqual(['table b.t1', 'table b.t2'])
  expect(texts).toEqual(['a: Source (403): not yours'])
})
