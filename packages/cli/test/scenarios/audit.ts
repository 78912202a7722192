import { spawn } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from '@headgate/json'
import { programEnvironment } from '@headgate/testkit'
import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function auditScenarios(shared: () => TestHeadgate): void {
  describe('headgate audit', () => {
    it('headgate audit finds events by object, outcome, principal and time', async () => {
      const { headgate } = shared()
      await headgate(['role', 'create', 'audited'])
      await headgate(['namespace', 'create', 'audited'])
      const give = ['grant', 'give', 'use', '--on', 'namespace:audited', '--to', 'role:audited']
      await headgate(give)
      const operations = async (...filter: string[]): Promise<string[]> =>
        (
          (await headgate(['audit', ...filter, '--json'])).json as { events: { operation: string }[] }
        ).events.map(({ operation }) => operation)
      expect(await operations('--on', 'namespace:audited')).toEqual(['grantPrivilege'])
      expect(await operations('--object', 'lakehouse:audited')).toEqual(['grantPrivilege', 'createNamespace'])
      expect(await operations('--object', 'lakehouse:audited', '--outcome', 'denied')).toEqual([])
      expect(await operations('--principal', 'admin', '--object', 'audited', '--from', '5m')).toEqual([
        'createRole',
      ])
      expect(await operations('--engine', 'unknown')).toEqual([])
      expect(await headgate(['audit', '--on', 'namespace:nowhere'])).toMatchObject({ code: 1 })
      expect(await headgate(['audit', '--from', 'yesterday'])).toMatchObject({ code: 2 })
      await headgate(['namespace', 'drop', 'audited', '--yes'])
      // The name of a deleted object selects the events of the most recent object with this name.
      expect((await operations('--on', 'namespace:audited')).toSorted()).toEqual([
        'dropNamespace',
        'grantPrivilege',
      ])
      await headgate(['namespace', 'create', 'audited'])
      await headgate(give)
      const shown = await headgate(['audit', '--on', 'namespace:audited'], { terminal: '' })
      expect(shown.out).toMatch(/allowed +admin +grantPrivilege +lakehouse:audited/)
    })

    it('headgate audit shows equal refusals of one minute as one event with a count', async () => {
      const { headgate, url } = shared()
      const ask = ['audit', '--outcome', 'denied', '--operation', 'listViews', '--json']
      for (let i = 0; i < 3; i += 1) {
        const headers = { authorization: 'Bearer invalid' }
        expect((await fetch(`${url}/v1/lakehouse/namespaces/a/views`, { headers })).status).toBe(401)
      }
      await expect
        .poll(async () =>
          ((await headgate(ask)).json as { events: { count: number }[] }).events.reduce(
            (sum, { count }) => sum + count,
            0,
          ),
        )
        .toBe(3)
    })

    it('headgate audit explains where events are recorded when it finds no event', async () => {
      const { headgate } = shared()
      const none = await headgate(['audit', '--operation', 'noSuchOperation'], { terminal: '' })
      expect(none.err).toContain('There are no such events.')
      expect(none.err).toContain('HEADGATE_AUDIT_READS')
    })

    it('headgate audit --export writes one JSON document per line, oldest event first, and leaves no incomplete file', async () => {
      const { headgate, directory } = shared()
      for (let role = 0; role < 3; role += 1) await headgate(['role', 'create', `exported-${role}`])
      const args = ['audit', '--object', 'exported-', '--operation', 'createRole', '--export']
      expect(await headgate([...args, 'audit.jsonl'])).toMatchObject({
        code: 0,
        out: '',
        err: '3 events in audit.jsonl.\n',
      })
      const file = join(directory, 'audit.jsonl')
      const lines = (await readFile(file, 'utf8')).trim().split('\n')
      expect(lines.map((line) => parse(line))).toMatchObject(
        [0, 1, 2].map((role) => ({
          object: `exported-${role}`,
          operation: 'createRole',
          principal: 'admin',
        })),
      )
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const piped = await headgate([...args, '-'])
      expect(piped.out.trim().split('\n')).toEqual(lines)

      const failed = await headgate([...args, 'other.jsonl', '--on', 'namespace:nowhere'])
      expect(failed).toMatchObject({ code: 1 })
      expect(await headgate([...args, 'no/such/place.jsonl'])).toMatchObject({ code: 2 })
      expect((await readdir(directory)).filter((name) => name.includes('jsonl'))).toEqual(['audit.jsonl'])
    })

    it('headgate audit --follow shows each new event once', async () => {
      const { headgate, url, directory } = shared()
      const main = join(import.meta.dirname, '../../src/main.ts')
      const args = ['--conditions=x-source', main, 'audit', '--follow', '--json', '--object', 'followed-']
      const child = spawn(process.execPath, args, {
        env: programEnvironment({ HEADGATE_URL: url, HEADGATE_DATA_DIR: join(directory, 'data') }),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
      try {
        const seen = (): unknown[] =>
          text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => (parse(line) as { object: string }).object)
        let made = 0
        await expect
          .poll(
            async () => {
              await headgate(['role', 'create', `followed-${(made += 1)}`])
              return seen().length
            },
            { timeout: 30_000, interval: 500 },
          )
          .toBeGreaterThan(2)
        const first = made
        await expect.poll(() => seen().at(-1), { timeout: 20_000 }).toBe(`followed-${first}`)
        expect(new Set(seen()).size).toBe(seen().length)
      } finally {
        child.kill()
      }
      expect(await headgate(['audit', '--follow', '--limit', '3'])).toMatchObject({ code: 2 })
    }, 60_000)
  })
}
