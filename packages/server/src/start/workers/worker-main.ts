import { enableCompileCache } from 'node:module'

// Must run before other modules are loaded, as in main.ts.
enableCompileCache()
const { runWorker } = await import('./run-worker.ts')
await runWorker(process.env, process.argv.slice(2))
