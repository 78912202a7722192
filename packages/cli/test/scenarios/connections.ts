import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

/** Starts an HTTP server that is not a Headgate server. */
async function startOtherServer(
  listener: RequestListener,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function connectionScenarios(shared: () => TestHeadgate): void {
  describe('a failed request', () => {
    it('the program exits with code 3 and explains how to start a server when no program listens', async () => {
      const down = await shared().headgate(['role', 'list', '--url', 'http://127.0.0.1:1'])
      expect(down).toMatchObject({ code: 3, out: '', err: expect.stringContaining('headgate serve') })
    })

    it('the program exits with code 3 and names --timeout when the server does not respond in time', async () => {
      await using silent = await startOtherServer(() => undefined)
      const late = await shared().headgate(['role', 'list', '--url', silent.url, '--timeout', '1'])
      expect(late).toMatchObject({ code: 3, err: expect.stringContaining('--timeout') })
    })

    it('the program exits with code 3 when another program responds, and does not follow its redirect with a secret', async () => {
      const asked: (string | undefined)[] = []
      await using other = await startOtherServer((request, response) => {
        asked.push(request.url)
        response.writeHead(307, { location: '/elsewhere' }).end()
      })
      const env = { HEADGATE_CREDENTIAL: 'a:b' }
      expect(await shared().headgate(['role', 'list', '--url', other.url], { env })).toMatchObject({
        code: 3,
      })
      expect(asked).toEqual(['/v1/oauth/tokens'])
      await using page = await startOtherServer((_, response) => void response.end('<html>'))
      expect(await shared().headgate(['role', 'list', '--url', page.url])).toMatchObject({ code: 3 })
    })

    it('the program exits with code 4 for a wrong secret, and does not print the secret', async () => {
      const env = { HEADGATE_CREDENTIAL: 'admin:wrong-secret' }
      const refused = await shared().headgate(['role', 'list'], { env })
      expect(refused).toMatchObject({
        code: 4,
        out: '',
        err: expect.stringContaining('headgate config show'),
      })
      expect(refused.err).not.toContain('wrong-secret')
    })

    it('the program exits with code 4 without a credential, and names the default credential file that does not exist', async () => {
      const env = { HEADGATE_DATA_DIR: 'nowhere' }
      const refused = await shared().headgate(['role', 'list'], { env })
      expect(refused).toMatchObject({
        code: 4,
        err: expect.stringMatching(/nowhere\/admin-credential[^]*--credential-file/),
      })
    })

    it('the program exits with code 2 when the credential file cannot be read or does not contain a credential', async () => {
      const { headgate } = shared()
      expect(await headgate(['role', 'list', '--credential-file', 'absent'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('ENOENT'),
      })
      expect(await headgate(['role', 'list'], { env: { HEADGATE_CREDENTIAL: 'half' } })).toMatchObject({
        code: 2,
      })
    })

    it('the program exits with code 1 when the request is not allowed, and prints the message of the server', async () => {
      const { headgate } = shared()
      const { json } = await headgate(['principal', 'create', 'powerless', '--json'])
      const { secret } = json as { secret: { clientSecret: string } }
      const env = { HEADGATE_CREDENTIAL: `powerless:${secret.clientSecret}` }
      expect(await headgate(['role', 'create', 'x'], { env })).toMatchObject({
        code: 1,
        err: expect.stringContaining('error: '),
      })
      const refused = await headgate(['role', 'create', 'x', '--json'], { env })
      expect(JSON.parse(refused.err)).toMatchObject({
        error: { exitCode: 1, status: 403, type: 'ForbiddenException', message: expect.any(String) },
      })
      expect(refused.out).toBe('')
    })

    it('the program exits with code 2 for an unknown command, and proposes a similar command', async () => {
      const { headgate } = shared()
      expect(await headgate(['princpal', 'list'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('Did you mean principal?'),
      })
      expect(await headgate(['principal', 'list', '--limit', '0'])).toMatchObject({ code: 2 })
      const json = await headgate(['principal', 'show', '--json'])
      expect(json).toMatchObject({ code: 2, out: '' })
      expect(JSON.parse(json.err)).toMatchObject({
        error: { exitCode: 2, message: expect.stringContaining('argument') },
      })
      expect(await headgate(['principal', 'show', '..'])).toMatchObject({ code: 2 })
      expect(await headgate(['role', 'list', '--url', 'localhost:8181'])).toMatchObject({ code: 2 })
      expect(await headgate(['principal'])).toMatchObject({ code: 2, err: expect.stringContaining('Usage:') })
    })
  })

  describe('audit, token, config', () => {
    it('the command audit shows changes and refusals', async () => {
      const { headgate } = shared()
      const args = ['audit', '--operation', 'createRole', '--from', '1h']
      // The server records a refusal only after it has responded, so the test polls the audit log.
      await expect
        .poll(async () => (await headgate(args)).out)
        .toMatch(/\n *\d+  \S+ \S+Z +denied(?: ×\d+)? +powerless +createRole /)
      expect((await headgate([...args, '--limit', '1', '--json'])).json).toMatchObject({
        events: { length: 1 },
      })
      expect((await headgate(['audit', '--until', '2020-01-01'])).err).toContain('no such events')
      expect(await headgate(['audit', '--from', 'yesterday'])).toMatchObject({ code: 2 })
    })

    it('the command token prints the response of the token endpoint with --json', async () => {
      const { json } = await shared().headgate(['token', '--json'])
      expect(json).toMatchObject({ access_token: expect.any(String), token_type: 'bearer' })
    })

    it('the command config show prints the source of each setting, but no secret', async () => {
      const { headgate, url } = shared()
      const shown = await headgate(['config', 'show', '--warehouse', 'other'])
      expect(shown.out).toMatch(
        /\nurl +http:\S+ +HEADGATE_URL\nwarehouse +other +--warehouse\nclient id +admin +\S+admin-credential/,
      )
      expect((await headgate(['config', 'show', '--json'])).json).toMatchObject({
        url: { value: url, source: 'HEADGATE_URL' },
        credential: { clientId: 'admin' },
      })
    })

    it('commands do not send the administrator credential of this machine to servers on other machines', async () => {
      const remote = await shared().headgate([
        'config',
        'show',
        '--url',
        'https://catalog.example.com',
        '--json',
      ])
      expect(remote.json).toMatchObject({ credential: { clientId: null } })
    })
  })
}
