import type { RestCatalog } from '@headgate/iceberg/client'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'

/** Response of the simulated management API: a body, or a status with a body. */
export type Answer = object | readonly [status: number, body: object]

export interface FrontOptions {
  /** URL of the catalog that serves the Iceberg REST API. */
  readonly catalog: string
  /** Path below which the test server serves the Iceberg REST API, such as `/api/catalog`. */
  readonly path: string
  /**
   * Returns the response to a GET request, or undefined if the request is forwarded to the catalog or gets the status
   * 404.
   */
  readonly answer: (path: string, query: URLSearchParams) => Answer | undefined
  /** Converts a path below `path` to the path at the catalog. */
  readonly forward?: (path: string) => string
}

/**
 * Starts a test server that simulates another product. It forwards requests of the Iceberg REST API to a real catalog,
 * and responds to requests of the management API with documents in the published form.
 */
export async function startFront({
  catalog,
  path,
  answer,
  forward = (same) => same,
}: FrontOptions): Promise<HttpTestServer> {
  return await startHttpServer(async ({ method, target, headers, body }, response) => {
    const { pathname, search, searchParams } = new URL(target, 'http://front')
    const found = method === 'GET' ? answer(pathname, searchParams) : undefined
    if (found === undefined && pathname.startsWith(`${path}/v1/`)) {
      const forwarded = await fetch(`${catalog}${forward(pathname.slice(path.length))}${search}`, {
        method,
        headers: {
          authorization: headers.authorization ?? '',
          'content-type': headers['content-type'] ?? '',
        },
        ...(body.length === 0 ? {} : { body }),
      })
      response.writeHead(forwarded.status, { 'content-type': 'application/json' })
      response.end(await forwarded.text())
      return
    }
    const [status, json] = Array.isArray(found)
      ? (found as [number, object])
      : [
          found === undefined ? 404 : 200,
          found ?? { error: { message: 'no such path', type: 'NotFound', code: 404 } },
        ]
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(json))
  })
}

const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] } as const

/** Creates namespaces with one table each, and a view in the first one. */
export async function fillCatalog(
  catalog: RestCatalog,
  tables: readonly (readonly [namespace: string, name: string])[],
  view: readonly [namespace: string, name: string],
): Promise<void> {
  for (const [namespace, name] of tables) {
    if (!(await catalog.namespaceExists([namespace]))) await catalog.createNamespace([namespace])
    await catalog.createTable({ namespace: [namespace], name }, { schema })
  }
  const representations = [{ type: 'sql', dialect: 'spark', sql: 'SELECT 1' }]
  await catalog.createView({ namespace: [view[0]], name: view[1] }, { schema, representations })
}
