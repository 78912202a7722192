import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startProcess } from './process.ts'

interface Child {
  readonly pid: number
  readonly command: string
  readonly environment: string
}

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'headgate-environment-'))
})
afterEach(async () => await rm(home, { recursive: true, force: true, maxRetries: 5 }))

/** Reads the descendants of a process, with the environment that each was started with. */
async function descendants(root: number): Promise<readonly Child[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map<number, number>()
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent !== undefined && parent > 1 && (parent === root || isBelow(parent))
  }
  return await Promise.all(
    pids.filter(isBelow).map(async (pid) => ({
      pid,
      command: (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
      environment: await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    })),
  )
}

describe.skipIf(process.platform !== 'linux')('a server with its secrets in variables', () => {
  test('the embedded PostgreSQL and its watchdog do not receive HEADGATE_MASTER_KEY in their environment', async () => {
    const secret = randomBytes(32).toString('base64')
    const args = ['--data-dir', join(home, 'data'), '--port', '0', '--s3-port', '0']
    const variables = { HEADGATE_MASTER_KEY: secret, AWS_SECRET_ACCESS_KEY: `cloud-${secret}` }
    await using server = startProcess(args, variables)
    await server.ready
    // Control case: the environment of the server process contains the master key, so the test can find it.
    expect(await readFile(`/proc/${server.pid}/environ`, 'latin1')).toContain(secret)
    const children = await descendants(server.pid)
    const commands = children.map(({ command }) => command)
    expect(commands).toContainEqual(expect.stringMatching(/bin\/postgres .*-D/))
    expect(commands).toContainEqual(expect.stringContaining('headgate-postgres-watchdog'))
    expect(children.filter(({ environment }) => environment.includes(secret))).toEqual([])
    expect(children.filter(({ environment }) => environment.includes('HEADGATE_'))).toEqual([])
  })
})
