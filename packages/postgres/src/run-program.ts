import { basename } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import type { RunAs } from './run-as.ts'

/**
 * Runs a PostgreSQL program until it exits, and returns its output.
 *
 * @throws {EmbeddedPostgresError} `start-failed` with the output of the program
 */
export async function runProgram(
  runAs: RunAs,
  program: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly output: string }>()
  const child = runAs.spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
  })
  let output = ''
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-16_384)
  }
  const fail = (why: string, cause?: unknown): void => {
    const message = `${basename(program)} failed: ${why}`
    reject(new EmbeddedPostgresError('start-failed', message, { cause }))
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  child.on('error', (error) => fail(error.message, error))
  child.on('close', (code, signal) => {
    if (code === 0) resolve({ output })
    else fail(output.trim() || signal === null ? `exit code ${code}` : `stopped by ${signal}`)
  })
  // A write error is ignored, because the program may exit without reading its input. The exit code then reports the
  // failure.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  return await promise
}
