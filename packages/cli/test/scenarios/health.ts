import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function healthScenarios(shared: () => TestHeadgate): void {
  describe('health', () => {
    it('headgate health reports that the server is ready, with the result of each check, and reports with --live that the server responds', async () => {
      const { headgate } = shared()
      const { code, out, err } = await headgate(['health'])
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(/^ready\n(\w+: ok\n){2}$/)
      expect((await headgate(['health', '--json'])).json).toMatchObject({ status: 'ready' })
      expect((await headgate(['health', '--live'])).out).toBe('live\n')
    })

    it('headgate health sends no credential, even if one is set', async () => {
      const env = { HEADGATE_CREDENTIAL: 'admin:wrong-secret' }
      expect(await shared().headgate(['health'], { env })).toMatchObject({ code: 0 })
    })

    it('headgate health exits with code 5 when the server is not ready, and with code 3 when no program listens', async () => {
      const body = '{"status":"not ready","checks":{"store":"failing"}}'
      const server = createServer((_, response) => response.writeHead(503).end(body)).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const failing = await shared().headgate(['health', '--url', url])
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      expect(failing).toMatchObject({ code: 5, out: '', err: expect.stringContaining('is not ready') })
      expect(await shared().headgate(['health', '--url', url])).toMatchObject({ code: 3, out: '' })
    })
  })
}
