import { readFileSync } from 'node:fs'

/** Program and its arguments. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
}

/**
 * Returns the command that runs PostgreSQL, which refuses to run as root. If this process runs as root, the returned
 * command runs in a Linux user namespace that maps root to another user. Files keep their owner.
 */
export function unprivileged({ command, args }: Command): Command {
  if (process.geteuid?.() !== 0) return { command, args }
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined)
    throw new Error('PostgreSQL refuses to run as root, and the users `postgres` and `nobody` do not exist.')
  const [, , uid = '', gid = ''] = user
  return {
    command: 'unshare',
    args: ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--', command, ...args],
  }
}
