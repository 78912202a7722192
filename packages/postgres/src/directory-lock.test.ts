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

async function writeLock(change: Partial<Record>): Promise<void> {
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

async function startAndEndProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('lockDirectory', () => {
  test('lockDirectory refuses a directory whose lock is held, and locks the directory after the release', async () => {
    const lock = await lockDirectory(directory)
    await expect(lockDirectory(directory)).rejects.toThrow(/is in use by this process since 20\d\d-/)
    await lock[Symbol.asyncDispose]()
    await using again = await lockDirectory(directory)
    expect(again).toBeDefined()
  })

  test('lockDirectory removes the lock file when the lock is released', async () => {
    await (await lockDirectory(directory))[Symbol.asyncDispose]()
    expect(await readdir(directory)).toEqual([])
  })

  test('the error of lockDirectory names the process that holds the lock', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
    await once(child, 'spawn')
    await writeLock({
      pid: child.pid ?? 0,
      start: (await processStart(child.pid ?? 0)) ?? '',
      host: 'elsewhere',
    })
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`process ${child.pid} on elsewhere since s`) as string,
    })
    child.kill()
  })

  test('lockDirectory replaces the lock of a process that has exited', async () => {
    await writeLock({ pid: await startAndEndProcess() })
    await using lock = await lockDirectory(directory)
    expect(lock).toBeDefined()
    expect(await readdir(directory)).toEqual(['lock'])
  })

  test('lockDirectory replaces a lock whose recorded process id belongs to another process', async () => {
    await writeLock({ start: 'another time' })
    await using lock = await lockDirectory(directory)
    expect(lock).toBeDefined()
  })

  test('lockDirectory refuses the lock of another machine while its heartbeat continues', async () => {
    await writeLock({ machine: 'another' })
    let beaten = Promise.resolve()
    const beat = setInterval(() => {
      beaten = utimes(join(directory, 'lock'), new Date(), new Date())
    }, 500)
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'in-use' })
    clearInterval(beat)
    await beaten
  })

  test('lockDirectory replaces the lock of another machine whose heartbeat has stopped', async () => {
    await writeLock({ machine: 'another' })
    await using lock = await lockDirectory(directory)
    expect(lock).toBeDefined()
  })

  test('lockDirectory replaces a lock whose file is damaged', async () => {
    await writeFile(join(directory, 'lock'), '{"pid":')
    await using lock = await lockDirectory(directory)
    expect(JSON.parse(await readFile(join(directory, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    expect(lock).toBeDefined()
  })

  test.each([['free'], ['stale']])(
    'exactly one of 8 simultaneous calls of lockDirectory acquires a lock that is %s',
    async (state) => {
      for (let round = 0; round < 20; round++) {
        if (state === 'stale') await writeLock({ token: `left-${round}`, start: 'another time' })
        const results = await Promise.allSettled(
          Array.from({ length: 8 }, async () => await lockDirectory(directory)),
        )
        const won = results.filter((result) => result.status === 'fulfilled')
        expect(won).toHaveLength(1)
        await won[0]?.value[Symbol.asyncDispose]()
      }
      expect(await readdir(directory)).toEqual([])
    },
  )
})
