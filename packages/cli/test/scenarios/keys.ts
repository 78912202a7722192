import { describe, expect, it } from 'vitest'
import type { RunResult, TestHeadgate } from '../headgate.ts'
import { rotateUntilKilled } from './interrupted-rotation.ts'

interface Key {
  readonly id: string
  readonly purpose: string
  readonly state: string
}

export function keyScenarios(shared: () => TestHeadgate): void {
  const run = (...args: string[]): Promise<RunResult> => shared().headgate(['keys', ...args])
  const keys = async (): Promise<Key[]> =>
    ((await run('list', '--json')).json as unknown as { keys: Key[] }).keys
  const findId = async (purpose: string, state: string): Promise<string> =>
    (await keys()).find((key) => key.purpose === purpose && key.state === state)?.id ?? 'none'

  describe('headgate keys', () => {
    it('headgate keys list shows purposes, states and the master key', async () => {
      const { out, err } = await run('list')
      expect(out).toMatch(/^PURPOSE +STATE +CREATED/)
      expect(out).toMatch(/\npage-token +active .* current +\S+\n/)
      expect(out).toMatch(/\nmaster key +[0-9a-f]{16}\nprevious one +-\nkeys to reseal +0\n/)
      expect(err).toBe('')
    })

    it('headgate keys adds a key, and promotes it only when every replica has it, or with --force-now', async () => {
      const before = await findId('page-token', 'active')
      const added = await run('add', 'page-token')
      const id = await findId('page-token', 'added')
      expect(added.err).toMatch(
        new RegExp(`Every replica has the key in \\d+ s. Then run: headgate keys promote ${id}`),
      )
      const refused = await run('promote', id)
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('too young') })
      const forced = await run('promote', id, '--force-now', '--json')
      expect(forced).toMatchObject({ code: 0, json: { id, state: 'active' } })
      expect(forced.err).toContain('warning: Replicas that have not loaded the promoted key')
      expect(await findId('page-token', 'retired')).toBe(before)
      expect(await run('add', 'nothing')).toMatchObject({ code: 1 })
    })

    it('headgate keys retire deletes an inactive key after a confirmation', async () => {
      const retired = await findId('page-token', 'retired')
      expect(await run('retire', retired)).toMatchObject({ code: 2 })
      expect(await run('retire', retired, '--yes')).toMatchObject({
        code: 0,
        out: `The key ${retired} is deleted.\n`,
      })
      expect(await run('retire', retired, '--yes')).toMatchObject({ code: 1 })
      const active = await run('retire', await findId('page-token', 'active'), '--yes')
      expect(active).toMatchObject({ code: 1, err: expect.stringContaining('promote another key first') })
    })

    it('headgate keys rotate replaces all keys, and continues with a key of an interrupted rotation', async () => {
      const before = await findId('s3-session', 'active')
      await run('add', 's3-session')
      const left = await findId('s3-session', 'added')
      const rotated = await run('rotate', '--purpose', 's3-session', '--force-now', '--json')
      expect(rotated).toMatchObject({
        code: 0,
        json: { rotated: [{ purpose: 's3-session', from: before, to: left }] },
      })
      const all = await run('rotate', '--force-now')
      expect(all.out).toMatch(
        /^PURPOSE +RETIRED +ACTIVE\nconsole-session .*\npage-token .*\ns3-session .*\nsession-token /,
      )
      expect((await keys()).filter(({ state }) => state === 'added')).toEqual([])
      // The session token of this test was signed with the retired key, and is still valid.
      expect(await run('list')).toMatchObject({ code: 0 })
    })

    it(
      'headgate keys rotate completes a killed rotation when it runs again',
      { timeout: 60_000 },
      async () => {
        const states = async (state: string): Promise<string[]> =>
          (await keys())
            .filter((each) => each.state === state)
            .map(({ purpose }) => purpose)
            .toSorted()
        const [active, before] = [await states('active'), (await keys()).map(({ id }) => id)]
        // The first run is killed while it adds keys, and the second run while it promotes keys.
        await rotateUntilKilled(shared(), 2)
        expect(await states('added')).toEqual(active.slice(0, 2))
        await rotateUntilKilled(shared(), active.length - 2 + 2)
        expect(await states('added')).toEqual(active.slice(2))
        expect(await run('rotate', '--force-now')).toMatchObject({ code: 0 })
        expect(await states('added')).toEqual([])
        expect(await states('active')).toEqual(active)
        for (const { id, state } of await keys()) if (state === 'active') expect(before).not.toContain(id)
      },
    )

    it('headgate keys reseal reports that all secrets are encrypted with the current master key', async () => {
      const { code, out, err } = await run('reseal')
      expect(code).toBe(0)
      expect(out).toMatch(/\nkeys +0 +\d+ +0\nstorage secrets of warehouses +0 +0 +0\n/)
      expect(err).toContain('the previous one can be removed')
    })
  })
}
