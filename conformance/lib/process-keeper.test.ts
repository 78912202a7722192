import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { ProcessKeeper } from './process-keeper.ts'

const folder = mkdtempSync(join(tmpdir(), 'process-keeper-'))
afterAll(() => rmSync(folder, { recursive: true }))

const shell = (script: string, onLine?: (line: string) => void) => ({
  name: 'sh',
  command: 'sh',
  args: ['-c', script],
  log: join(folder, 'sh.log'),
  ...(onLine ? { onLine } : {}),
})

function isAlive(pid: number): boolean {
  try {
    // A zombie, which has ended but was not reaped by its parent, does not count as alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('a process keeper', () => {
  it('a process keeper passes lines of standard output to onLine, and writes all output to the log', async () => {
    await using keeper = new ProcessKeeper()
    const lines: string[] = []
    await keeper.run(shell('echo one; echo two; echo wrong >&2', (line) => lines.push(line)))
    expect(lines).toEqual(['one', 'two'])
    expect(readFileSync(join(folder, 'sh.log'), 'utf8')).toContain('wrong')
  })

  it('a process keeper throws an error with the exit code and the path of the log when a program fails', async () => {
    await using keeper = new ProcessKeeper()
    await expect(keeper.run(shell('exit 3'))).rejects.toThrow(/sh failed \(exit code 3\); see .*sh\.log/)
  })

  it('a process keeper throws when the program does not exist', async () => {
    await using keeper = new ProcessKeeper()
    const options = { name: 'none', command: '/does/not/exist', args: [], log: join(folder, 'none.log') }
    await expect(keeper.run(options)).rejects.toThrow('cannot start /does/not/exist')
  })

  it('a process keeper ends a process together with its child processes', async () => {
    const { promise: grandchild, resolve } = Promise.withResolvers<number>()
    const keeper = new ProcessKeeper()
    const child = keeper.start(shell('sleep 600 & echo $!; wait', (line) => resolve(Number(line))))
    const pid = await grandchild
    expect(isAlive(pid)).toBe(true)
    await keeper[Symbol.asyncDispose]()
    expect(child.exit()).toBeDefined()
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('a process keeper kills a process that does not end after SIGTERM', async () => {
    await using keeper = new ProcessKeeper()
    const { promise: ready, resolve } = Promise.withResolvers<void>()
    const child = keeper.start(shell('trap "" TERM; echo ready; while :; do sleep 1; done', () => resolve()))
    await ready
    await child.stop(200)
    expect(child.exit()?.signal).toBe('SIGKILL')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'a process keeper ends its processes when its own program receives %s',
    async (signal) => {
      const script = join(folder, 'program.ts')
      const module = fileURLToPath(new URL('process-keeper.ts', import.meta.url))
      writeFileSync(
        script,
        `import { ProcessKeeper } from ${JSON.stringify(module)}
      const keeper = new ProcessKeeper()
      const child = keeper.start({ name: 'sleep', command: 'sleep', args: ['600'], log: ${JSON.stringify(join(folder, 'x.log'))} })
      console.log(child.pid)
      setInterval(() => {}, 1000)`,
      )
      await using keeper = new ProcessKeeper()
      const { promise: started, resolve } = Promise.withResolvers<number>()
      const program = keeper.start({
        name: 'program',
        command: process.execPath,
        args: [script],
        log: join(folder, 'program.log'),
        onLine: (line) => resolve(Number(line)),
      })
      const sleeper = await started
      process.kill(program.pid, signal)
      expect(await program.exited).toEqual({ code: 130, signal: null })
      expect(isAlive(sleeper)).toBe(false)
    },
  )
})
