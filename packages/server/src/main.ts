import { enableCompileCache } from 'node:module'
import { setMallocThresholds } from './start/malloc-settings.ts'

setMallocThresholds()

// Before anything else is loaded: types need to be stripped and code compiled once a machine, not at every start.
enableCompileCache()
const { runServer } = await import('./start/run-server.ts')
process.exitCode = await runServer(process.env, process.argv.slice(2))
