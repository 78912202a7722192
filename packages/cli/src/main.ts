#!/usr/bin/env node
import { run } from './run.ts'

// Whoever reads us may have seen enough (`headgate audit | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const { env, stdin, stdout, stderr } = process
const code = await run({ args: process.argv.slice(2), env, cwd: process.cwd(), stdin, stdout, stderr })
// `serve` may have set one itself.
if (code !== 0) process.exitCode = code
