// Bundles the page and serves it at http://127.0.0.1:8000.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const catalog = process.env['HEADGATE_URL'] ?? 'http://127.0.0.1:8181'
const { hostname, port } = new URL('http://127.0.0.1:8000')
const read = (name: string): Promise<string> => readFile(join(import.meta.dirname, name), 'utf8')

const bundle = await rolldown({
  input: join(import.meta.dirname, 'page.ts'),
  platform: 'browser',
  // Providers that need files or programs are loaded only in Node.
  external: [/^node:/, '@aws-sdk/credential-provider-node'],
  // A checkout has the source of the packages, and no built files.
  resolve: { conditionNames: ['x-source', 'browser', 'import', 'default'] },
})
const { output } = await bundle.generate({ minify: true, entryFileNames: 'page.js' })
await bundle.close()

const files = new Map([
  ['/', { type: 'text/html', text: await read('index.html') }],
  ['/style.css', { type: 'text/css', text: await read('style.css') }],
  ...output
    .filter((each) => each.type === 'chunk')
    .map(({ fileName, code }) => [`/${fileName}`, { type: 'text/javascript', text: code }] as const),
])
const server = createServer((request, response) => {
  const file = files.get(new URL(request.url ?? '/', 'http://page').pathname)
  if (file === undefined) return response.writeHead(404).end()
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${catalog}`
  response.setHeader('content-security-policy', policy)
  return response.setHeader('content-type', `${file.type}; charset=utf-8`).end(file.text)
})
server.listen(Number(port), hostname, () => console.log(`serving http://${hostname}:${port}/`))
