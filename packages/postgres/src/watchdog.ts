import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { childEnvironment } from './child-environment.ts'

/**
 * Starts a watchdog, which stops the server if this process is killed. The watchdog is a shell that reads from a pipe
 * of this process. When the pipe closes, the shell sends the server the signal for a fast shutdown. The shell has its
 * own process group, so that Ctrl-C does not stop it. On Windows there is no watchdog, and the next start stops the
 * server instead.
 *
 * @param postmaster process id of the server
 */
export function startWatchdog(postmaster: number): Disposable {
  if (process.platform === 'win32') return { [Symbol.dispose]() {} }
  const script = 'read -r answer; [ "$answer" = done ] || kill -INT "$1"'
  const child = spawn('/bin/sh', ['-c', script, 'headgate-postgres-watchdog', String(postmaster)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: childEnvironment(),
  })
  // If the watchdog cannot start, the next start of Headgate stops the orphaned server.
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  child.unref()
  if (child.stdin instanceof Socket) child.stdin.unref()
  return {
    [Symbol.dispose]() {
      child.stdin.end('done\n')
    },
  }
}
