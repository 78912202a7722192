#!/usr/bin/env node
if (process.argv[2] === 'serve') {
  const { setMallocThresholds } = await import('@headgate/server/malloc-settings')
  setMallocThresholds()
}
const { run } = await import('./run.ts')

// A closed pipe is not an error. For example, `headgate audit | head` continues to write after `head` has ended.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const { env, stdin, stdout, stderr } = process
const code = await run({ args: process.argv.slice(2), env, cwd: process.cwd(), stdin, stdout, stderr })
// The command `serve` may have set an exit code for its server, which must not be replaced by 0.
if (code !== 0) process.exitCode = code
