import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ReplaceableProcess, setMallocThresholds } from './malloc-settings.ts'
import { startProcess } from '../../test/start/process.ts'

const isLinux = process.platform === 'linux'

describe('The thresholds of malloc', () => {
  test.runIf(isLinux)(
    'a server process has the malloc thresholds in its environment and keeps its process id',
    async () => {
      await using stack = new AsyncDisposableStack()
      const folder = await mkdtemp(join(tmpdir(), 'headgate-malloc-'))
      stack.defer(() => rm(folder, { recursive: true }))
      const server = stack.use(startProcess(['--port', '0', '--data-dir', folder]))
      await server.ready
      const environment = readFileSync(`/proc/${server.pid}/environ`, 'utf8').split('\0')
      expect(environment).toContain('MALLOC_MMAP_THRESHOLD_=1048576')
      expect(environment).toContain('MALLOC_TRIM_THRESHOLD_=8388608')
    },
  )

  test('setMallocThresholds replaces the process image once, with the same program and arguments', () => {
    const calls = callsFor({})
    expect(calls).toEqual([
      [
        '/bin/node',
        ['/bin/node', '--no-warnings', 'main.js', '--port', '0'],
        { HOME: '/', MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_TRIM_THRESHOLD_: '8388608' },
      ],
    ])
    expect(callsFor({ env: calls[0]?.[2] ?? {} })).toEqual([])
  })

  test.each([
    ['another system', { platform: 'darwin' }],
    ['a process with a channel to its parent', { channel: {} }],
    ['a value set by the operator', { env: { MALLOC_TRIM_THRESHOLD_: '1' } }],
    ['a Node without execve', { execve: undefined }],
  ] as const)('setMallocThresholds does not replace the process image for %s', (_case, change) => {
    expect(callsFor(change)).toEqual([])
  })
})

type Call = Parameters<NonNullable<ReplaceableProcess['execve']>>

function callsFor(changes: Partial<ReplaceableProcess> | { readonly execve: undefined }): Call[] {
  const calls: Call[] = []
  const server = {
    platform: 'linux',
    env: { HOME: '/' },
    execPath: '/bin/node',
    execArgv: ['--no-warnings'],
    argv: ['/bin/node', 'main.js', '--port', '0'],
    execve: (...call: Call) => calls.push(call),
    ...changes,
  }
  setMallocThresholds(server as ReplaceableProcess)
  return calls
}
