import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockDirectory } from './directory-lock.ts'
import { machineIdentity, processStart } from './process-identity.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-lock-'))
})
afterEach(async () => await rm(directory, { recursive: true, force: true }))

interface Record {
  readonly token: string
  readonly pid: number
  readonly start: string
  readonly machine: string
  readonly host: string
  readonly since: string
}

async function leave(change: Partial<Record>): Promise<void> {
  const start = (await processStart(process.pid)) ?? ''
  const record = {
    token: 'left',
    pid: process.pid,
    start,
    machine: await machineIdentity(),
    host: 'h',
    since: 's',
  }
  await writeFile(join(directory, 'lock'), JSON.stringify({ ...record, ...change }))
}

async function goneProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('a directory lock', () => {
  test('is held once, says by whom, and is free again after release', async () => {
    const lock = await lockDirectory(directory)
    await expect(lockDirectory(directory)).rejects.toThrow(/is in use by this process since 20\d\d-/)
    await lock[Symbol.asyncDispose]()
    await using again = await lockDirectory(directory)
    expect(again).toBeDefined()
  })

  test('leaves nothing behind', async () => {
    await (await lockDirectory(directory))[Symbol.asyncDispose]()
    expect(await readdir(directory)).toEqual([])
  })

  test('names the process that holds it', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
    await once(child, 'spawn')
    await leave({ pid: child.pid ?? 0, start: (await processStart(child.pid ?? 0)) ?? '', host: 'elsewhere' })
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`process ${child.pid} on elsewhere since s`) as string,
    })
    child.kill()
  })

  test('left behind by a process that is gone is taken over', async () => {
    await leave({ pid: await goneProcess() })
    await using lock = await lockDirectory(directory)
    expect(lock).toBeDefined()
    expect(await readdir(directory)).toEqual(['lock'])
  })

  test('left behind by a process whose id was given to another one is taken over', async () => {
    await leave({ start: 'another time' })
    await using lock = await lockDirectory(directory)
    expect(lock).toBeDefined()
  })

  test('taken on another machine holds while its heartbeat goes on', async () => {
    await leave({ machine: 'another' })
    let beaten = Promise.resolve()
    const beat = setInterval(() => {
      beaten = utimes(join(directory, 'lock'), new Date(), new Date())
    }, 500)
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'in-use' })
    clearInterval(beat)
    await beaten
  })

  test('taken on another machine is taken over when its heartbeat has stopped', async () => {
    await leave({ machine: 'another' })
    await using lock = await lockDirectory(directory)
    expect(lock).toBeDefined()
  })

  test('that is damaged is taken over', async () => {
    await writeFile(join(directory, 'lock'), '{"pid":')
    await using lock = await lockDirectory(directory)
    expect(JSON.parse(await readFile(join(directory, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    expect(lock).toBeDefined()
  })

  test.each([['nobody'], ['a dead process']])('of %s is won by exactly one of many', async (of) => {
    for (let round = 0; round < 20; round++) {
      if (of === 'a dead process') await leave({ token: `left-${round}`, start: 'another time' })
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, async () => await lockDirectory(directory)),
      )
      const won = results.filter((result) => result.status === 'fulfilled')
      expect(won).toHaveLength(1)
      await won[0]?.value[Symbol.asyncDispose]()
    }
    expect(await readdir(directory)).toEqual([])
  })
})
