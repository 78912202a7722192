import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const folder = new URL('../src/', import.meta.url)
const packages: Readonly<Record<string, URL>> = {
  '@headgate/auth': new URL('../../auth/src/index.ts', folder),
  '@headgate/http': new URL('../../http/src/index.ts', folder),
  '@headgate/errors': new URL('../../errors/src/index.ts', folder),
  '@headgate/json': new URL('../../json/src/index.ts', folder),
}

/** Returns the paths and sources of all files that a file imports statically, directly or indirectly. */
function collectStaticImports(entry: URL): ReadonlyMap<string, string> {
  const loaded = new Map<string, string>()
  const open = [entry]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const path = fileURLToPath(next)
    if (loaded.has(path)) continue
    const source = readFileSync(path, 'utf8')
    loaded.set(path, source)
    for (const [, type, from = ''] of source.matchAll(/^(?:import|export)( type)? [^'"]*?from '([^']+)'/gm))
      if (type === undefined) open.push(packages[from] ?? new URL(from, next))
  }
  return loaded
}

test.each(['client/index.ts', 'format/index.ts', 'model/index.ts'])(
  '%s imports neither modules of Node nor third-party packages',
  (entry) => {
    const loaded = collectStaticImports(new URL(entry, folder))
    expect(loaded.size).toBeGreaterThan(entry === 'format/index.ts' ? 5 : 20)
    for (const [path, source] of loaded) {
      expect(path).not.toMatch(/\/generate\/|\.test/)
      const code = source.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
      for (const [, from = ''] of code.matchAll(/from '([^']+)'/g))
        expect(from, path).toMatch(/^\.|^@headgate\//)
      expect(code, path).not.toMatch(/\bBuffer\b|\brequire\(|(?<!globalThis\.)\bprocess\.|__dirname/)
    }
  },
)

test('the client works in a runtime without the global process', async () => {
  const script = `
    const { stdout } = process
    // Buffer stays, because the Response of Node needs it.
    delete globalThis.process
    const { LanceNamespace } = await import(${JSON.stringify(new URL('client/index.ts', folder).href)})
    const answers = {
      list: '{"tables":["a"],"page_token":null}',
      query: Uint8Array.of(255, 255, 255, 255),
      count_rows: '9007199254740993',
      insert: '{"num_inserted_rows":1}',
    }
    const answer = async (url, init) => {
      await new Response(init.body).arrayBuffer()
      return new Response(answers[new URL(url).pathname.split('/').at(-1)])
    }
    const lance = await LanceNamespace.connect({ uri: 'https://lance.example', fetch: answer, properties: { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 't' } })
    const id = ['t']
    const seen = []
    for await (const name of lance.listTables()) seen.push(name)
    seen.push(String(await lance.countTableRows({ id })))
    seen.push((await lance.insertIntoTable({ id }, new Blob([Uint8Array.of(255, 255, 255, 255)]).stream())).num_inserted_rows)
    seen.push((await lance.queryTable({ id, k: 1, vector: null })).length)
    const reader = (await lance.queryTableStream({ id, k: 1, vector: null })).getReader()
    seen.push((await reader.read()).value.length)
    stdout.write(JSON.stringify(seen))`
  const args = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    script,
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout)).toEqual(['a', '9007199254740993', 1, 4, 4])
})
