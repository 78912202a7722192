import { enableCompileCache } from 'node:module'
import { setMallocThresholds } from './start/malloc-settings.ts'

setMallocThresholds()

// Enables the compile cache before other modules are loaded, so that TypeScript is stripped and compiled once
// on each machine, and not at every start.
enableCompileCache()
const { runServer } = await import('./start/run-server.ts')
process.exitCode = await runServer(process.env, process.argv.slice(2))
