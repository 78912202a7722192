import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readyUrl, spawnSource, stop } from './headgate.ts'

const main = join(import.meta.dirname, '../src/main.ts')
const page = await readFile(join(import.meta.dirname, '../../../docs/how-to/proxy.md'), 'utf8')
/** Commands on the page docs/how-to/proxy.md that need no login of a user. */
const examples = [...page.matchAll(/^headgate (proxy .*)$/gm)]
  .map(([, line = '']) => line)
  .filter((line) => !line.includes('--login'))

let directory: string
let came: IncomingMessage[]
let glue: ReturnType<typeof createServer>

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-docs-'))
  came = []
  glue = createServer((request, response) => {
    came.push(request)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(glue, 'listening')
  const [, file = ''] = /<<'EOF'\n([^]*?)EOF\n/.exec(page) ?? []
  await writeFile(join(directory, 'glue.properties'), file.replace('…', 'secret'), { mode: 0o600 })
})
afterEach(async () => {
  glue.close()
  glue.closeAllConnections()
  await rm(directory, { recursive: true, force: true })
})

it.each(examples)('the command of docs/how-to/proxy.md works: headgate %s', async (line) => {
  const upstream = `http://127.0.0.1:${(glue.address() as AddressInfo).port}/iceberg`
  const args = line
    .split(' ')
    .map((word) => (word.startsWith('https://glue') ? upstream : word))
    .map((word) => (/^(glue\.properties|proxy\.secret)$/.test(word) ? join(directory, word) : word))
  const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }
  const child = spawnSource(main, [...args, '--port', '0'], env)
  try {
    const url = await readyUrl(child)
    const secret = await readFile(join(directory, 'proxy.secret'), 'utf8').catch(() => '')
    const headers = { 'x-api-key': secret.trim() }
    expect((await fetch(`${url}/v1/config?warehouse=123456789012`, { headers })).status).toBe(200)
    expect(came[0]?.url).toBe('/iceberg/v1/config?warehouse=123456789012')
    expect(came[0]?.headers.authorization).toMatch(
      /Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/glue\/aws4_request/,
    )
  } finally {
    await stop(child)
  }
})
