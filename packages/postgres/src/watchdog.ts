import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { childEnvironment } from './child-environment.ts'

/**
 * Stops the server when this process dies without having stopped it, by SIGKILL for example: a tiny shell waits on a
 * pipe that only this process holds, and asks the server for a fast shutdown when the pipe breaks. It has its own
 * process group, so a Ctrl-C or a signal to our group does not reach it. Windows has no such shell; there the next
 * start stops what was left.
 */
export function watch(postmaster: number): Disposable {
  if (process.platform === 'win32') return { [Symbol.dispose]() {} }
  const script = 'read -r answer; [ "$answer" = done ] || kill -INT "$1"'
  const child = spawn('/bin/sh', ['-c', script, 'headgate-postgres-watchdog', String(postmaster)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: childEnvironment(),
  })
  // Without the watchdog the next start does its work.
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
