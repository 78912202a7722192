import type { OpenOperation } from '../operation/open-operation.ts'

/** Links of the page. They are relative, so that they work behind any proxy. */
const links = [
  ['openapi.json', 'OpenAPI description of the management API'],
  ['.well-known/oauth-authorization-server', 'endpoints at which clients get tokens'],
  ['health/ready', 'readiness of the server'],
  ['metrics', 'Prometheus metrics'],
] as const

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Headgate</title>
<h1>Headgate</h1>
<p>This address is an Iceberg REST catalog. Engines take it as their catalog's <code>uri</code>; the server printed
ready-made settings when it started, and the pages in docs/how-to/engines have them for each engine.</p>
<ul>
${links.map(([href, text]) => `<li><a href="${href}">${href}</a>: ${text}</li>`).join('\n')}
</ul>
</html>
`

/**
 * Returns the operations of `/`, for people who open the catalog's address in a browser: a redirect to the web console, or a
 * page if the server has no console.
 */
export function startPageOperations({ hasConsole }: { readonly hasConsole: boolean }): OpenOperation[] {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'max-age=300',
  }
  const redirect = { status: 303, headers: { location: 'console/', vary: 'Accept' }, body: null }
  const operation = { id: 'startPage', path: '/' } as const
  const respond: OpenOperation['open'] = (request) => {
    const isBrowser = request.headers.accept?.includes('text/html') === true
    return Promise.resolve(hasConsole && isBrowser ? redirect : { status: 200, headers, body: page })
  }
  return [
    { ...operation, method: 'GET', open: respond },
    { ...operation, method: 'HEAD', open: () => Promise.resolve({ status: 200, headers, body: null }) },
  ]
}
